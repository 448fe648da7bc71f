"""Weekly schedules: shifts with breaks that cover a half-hourly need at least cost (semantics 9.15)."""
