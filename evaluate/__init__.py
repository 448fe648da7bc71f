"""What it is worth: satisfaction, retention, cash flows, appraisal and uncertainty."""
