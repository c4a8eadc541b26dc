"""A loss as PyTorch, fastai or Keras source."""
