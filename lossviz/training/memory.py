"""How much memory a training takes, and how many fit side by side."""

import torch
from fastai.learner import Learner
from torch import Tensor

from lossviz.losses.objective import process_memory

_MB = 2**20
_USABLE = 0.8  # of what is free: other programs live here too
# of an accelerator, that each process has for itself: the usual size with CUDA, not measured here
_CONTEXT_MB = 500
# tensors as large as the weights that come with the first step: gradients and Adam's two averages
_STATES = 3


def memory_mb(device: torch.device) -> float | None:
    """What this process took of an accelerator's memory at most; without one, its share of the
    machine's memory (PSS) now.

    Returns:
        MB (2**20 bytes), None where the system does not report it.
    """
    return _peak_mb(device) if device.type == "cuda" else process_memory.pss_mb()


def trials_fitting_in_memory(learner: Learner) -> int:
    """How many trainings like this one the memory holds side by side, at least 1; estimated from
    what one batch takes.

    Side effects: computes one batch forward and back on the learner's device; its weights stay as
        they are.
    """
    device = learner.dls.device
    model = learner.model.to(device).train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    weights_mb = sum(value.numel() * value.element_size() for value in before.values()) / _MB
    free_mb, held_mb = _free_mb(device), _held_mb(device)
    images, targets = (part.as_subclass(Tensor) for part in learner.dls.train.one_batch())
    learner.loss_func(model(images), targets).backward()
    peak_mb = _peak_mb(device)
    model.zero_grad(set_to_none=True)
    model.load_state_dict(before)  # BatchNorm has counted the batch
    if free_mb is None or peak_mb is None or held_mb is None:
        return 1
    taken_mb = _own_mb(device) + max(0.0, peak_mb - held_mb) + _STATES * weights_mb
    return max(1, int(_USABLE * free_mb / taken_mb))


def _free_mb(device: torch.device) -> float | None:
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0] / _MB
    return process_memory.available_mb()


def _own_mb(device: torch.device) -> float:
    """What each process takes before it trains, as this one did."""
    return _CONTEXT_MB if device.type == "cuda" else process_memory.private_dirty_mb() or 0.0


def _held_mb(device: torch.device) -> float | None:
    """What is taken now, where the peak begins anew: decoding images has had its own."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        return torch.cuda.memory_reserved(device) / _MB
    process_memory.reset_peak()
    return process_memory.resident_mb()


def _peak_mb(device: torch.device) -> float | None:
    if device.type == "cuda":
        return torch.cuda.max_memory_reserved(device) / _MB
    return process_memory.peak_mb()
