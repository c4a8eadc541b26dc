"""How a prediction lies to its target."""
