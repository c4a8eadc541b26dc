"""What a loss is like as a whole, and what to know before training with it."""
