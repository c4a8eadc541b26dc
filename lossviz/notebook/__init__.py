"""What a user's own fastai training reports, and comparisons that a notebook runs and shows."""
