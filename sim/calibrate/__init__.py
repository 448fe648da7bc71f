"""Ticket logs in, a fitted and back-tested scenario out."""
