"""What `deskplan sweep` writes and prints."""
