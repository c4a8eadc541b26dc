"""How many examples an accelerator's free memory allows to be evaluated at once."""

import math

import torch
from torch import Tensor

# Below it nobody asks: asking takes longer than the loss.
_BYTES_WORTH_ASKING = 2**28


def rows_at_once(logits: Tensor, tensors: int) -> int:
    """How many rows of the logits are evaluated at once, 1 or more.

    All of them, unless what they need is more than is free; then so many that a quarter of what is
    free beside the gradient stays free.

    Args:
        logits: Shape [N, K].
        tensors: How many tensors of their size an evaluation holds at most beside them, the
            gradient included.
    """
    rows, classes = logits.shape
    row_bytes = logits.element_size() * classes
    if rows * row_bytes < _BYTES_WORTH_ASKING:
        return max(1, rows)
    free = free_bytes(logits.device)
    if tensors * rows * row_bytes <= free:
        return max(1, rows)
    rest = max(0.0, free - rows * row_bytes) * 3 / 4  # beside the gradient of all rows
    return max(1, min(rows, int(rest / (tensors * row_bytes))))


def free_bytes(device: torch.device) -> float:
    """What a device can still allocate; infinity where it does not say."""
    if device.type != "cuda" or torch.cuda.is_current_stream_capturing():
        return math.inf
    free, _ = torch.cuda.mem_get_info(device)
    unused = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    return float(free + unused)
