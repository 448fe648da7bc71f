"""Columns of an interval report: sums over the interval, never averages."""

COUNTED = ("offered", "answered", "abandoned", "short_abandoned", "flow_out", "answered_in_threshold")
TIMED = ("wait_s_sum", "talk_s_sum", "hold_s_sum", "wrap_s_sum", "staffed_s")
SUMS = (*COUNTED, *TIMED)
