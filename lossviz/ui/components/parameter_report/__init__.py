"""What tells Python of a parameter while it moves."""
