"""A loss as a torch module with its own gradients; of ``losses``, only this imports torch."""
