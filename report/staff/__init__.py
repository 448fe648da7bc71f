"""What `deskplan staff` shows: the need by team and half-hour, and what simulation says of it."""
