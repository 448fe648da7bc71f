"""What to choose: staffing, shifts, investment mix, hiring plan and frontier."""
