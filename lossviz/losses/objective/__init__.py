"""A loss as a torch module, with its own gradients. The only part of ``losses`` that imports torch."""
