"""Objectives where a call costs more than what it computes: of all logits that are not on the
processor.

``function`` is the autograd function. Its forward pass takes torch's own log_softmax, [N, K], reads
the true class's entry, and computes of each example the loss and what the gradient needs, [N, 1].
Its backward pass overwrites the log-probabilities with the gradient. What is computed between is
the loss's own formula and its derivatives. ``evaluation`` decides which trees those are, and where
the logarithm of probability 0 is bounded. ``tree_steps`` makes calls of torch of the trees;
``step_writer`` writes them down, and lets plain numbers travel beside the tensors (``linear``).
``program`` lets calls overwrite what nobody reads any more, and runs them. ``free_memory`` says how
many examples go at once. No call depends on a value, so nothing waits for the device. Under
``torch.compile`` it is ``traced`` instead, where the compiler writes the kernels.
"""
