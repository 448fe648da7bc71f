"""The planner's file: schema, loading, units, checks and the origin of every value."""
