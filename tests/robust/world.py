"""A small centre whose replications take about a tenth of a second, for tests that stop sweeps in the middle."""

WORLD = """\
schema: 1
name: small
title: A small centre
currency: EUR
horizon: {{start: 2027-01-04, length: {hours} h, warm_up: 1 h}}
experiment: {{seed: 11, replications: 2}}
reasons:
  call:
    rate: 4 /min
    channels: {{phone: 100 %}}
    handle: {{mean: 4 min, cv: 0.8}}
channels:
  phone: {{patience: {{mean: 3 min}}, target: {{share: 80 %, within: 20 s}}}}
teams:
  desk: {{agents: 18, serves: [phone], wage: 24 EUR/h}}
"""


def world(hours: int) -> str:
    """The scenario's file; a replication of 100 hours has about 24,000 contacts."""
    return WORLD.format(hours=hours)
