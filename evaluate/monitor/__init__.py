"""Plan against actual: which figures left their interval, and which change of an input would explain it."""
