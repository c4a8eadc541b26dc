"""Two classes: target and prediction as arrows."""
