"""What a loss makes of a mistake, as a sentence that follows a slider."""
