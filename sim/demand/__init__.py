"""What customers need: keyed random draws, order-driven demand and the tape."""
