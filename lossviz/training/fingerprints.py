"""Short hashes of what a trial starts from and is trained on.

Trials whose hashes are equal were trained on the same.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from fastai.callback.core import Callback
from fastai.learner import Learner
from torch import Tensor

from lossviz.experiments.engine.messages import EmitTrialEvent, Fingerprint

_DIGITS = 16  # hexadecimal, 64 bits: two different ones agree by chance once in 10**19


class FingerprintCallback(Callback):  # type: ignore[misc]
    """Reports the hashes of the split, the initial weights, the first and the last training batch.

    The split is hashed as which images are in which part, and with which class.

    Batches are hashed as the network gets them, augmentations included.
    """

    order = 100  # after all that changes a batch

    def __init__(self, *, emit: EmitTrialEvent) -> None:
        self._emit = emit
        self._last_batch: tuple[Tensor, ...] | None = None

    def report_start(self, learner: Learner) -> None:
        """Report split and initial weights; call it before the training."""
        datasets = (learner.dls.train.dataset, learner.dls.valid.dataset)
        split = (part for dataset in datasets for part in (dataset.rows, dataset.targets))
        self._report("split", map(bytes_of, split))
        self._report("weights", named_tensors(learner.model.state_dict()))

    def before_batch(self) -> None:
        """Keep the batch, and report the first."""
        if not self.learn.training:
            return
        batch = (*self.learn.xb, *self.learn.yb)
        if self._last_batch is None:
            self._report("first_batch", map(bytes_of, batch))
        self._last_batch = batch

    def report_end(self) -> None:
        """Report the last batch; call it after the training."""
        if self._last_batch is not None:
            self._report("last_batch", map(bytes_of, self._last_batch))

    def _report(self, part: str, pieces: Iterable[bytes]) -> None:
        self._emit(Fingerprint(part=part, digest=hash_of(pieces)))


def hash_of(pieces: Iterable[bytes]) -> str:
    """The short hash of pieces in their order.

    >>> hash_of([b"a", b"b"]) == hash_of([b"ab"])
    False
    """
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(len(piece).to_bytes(8, "little") + piece)
    return digest.hexdigest()[:_DIGITS]


def named_tensors(tensors: Mapping[str, Any]) -> Iterable[bytes]:
    """The names and values of tensors, such as a network's."""
    for name, tensor in tensors.items():
        yield name.encode()
        yield bytes_of(tensor)


def bytes_of(tensor: Tensor) -> bytes:
    """Type, shape and values of a tensor."""
    values = tensor.detach().cpu().contiguous()
    if values.dtype is torch.bfloat16:  # NumPy has none
        values = values.view(torch.int16)
    array = values.numpy()
    return f"{array.dtype}{array.shape}".encode() + array.tobytes()
