"""What a comparison shows: its judgement, whether it was trained long enough, guesses answered."""
