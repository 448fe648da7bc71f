"""Which investments when, which people, which grade of service: the plan (semantics 9)."""
