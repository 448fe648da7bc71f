"""`deskplan schedule`: the command, its tables, charts and words."""
