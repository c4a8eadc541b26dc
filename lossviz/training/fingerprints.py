"""Short hashes of what a trial is trained on and begins with: trials whose hashes are equal had the
same.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fastai.callback.core import Callback
from fastai.learner import Learner
from torch import Tensor

_DIGITS = 16  # hexadecimal, 64 bits: two different ones agree by chance once in 10**19


class FingerprintCallback(Callback):  # type: ignore[misc]
    """Tells the hashes of the split (which images, and as which class), of the initial weights, of
    the first training batch, and of the last one.

    Batches are hashed as the network gets them, augmentations included.
    """

    order = 100  # after all that changes a batch

    def __init__(self, *, emit: Callable[..., None]) -> None:
        self._emit = emit
        self._last: tuple[Tensor, ...] | None = None

    def report_start(self, learner: Learner) -> None:
        """What is there before the training: call it when the learner is made."""
        datasets = (learner.dls.train.dataset, learner.dls.valid.dataset)
        self._report(
            "split",
            (_bytes_of(part) for dataset in datasets for part in (dataset.rows, dataset.targets)),
        )
        self._report("weights", _named_tensors(learner.model.state_dict()))

    def before_batch(self) -> None:
        """Keep hold of the batch, and tell of the first."""
        if not self.learn.training:
            return
        batch = (*self.learn.xb, *self.learn.yb)
        if self._last is None:
            self._report("first_batch", map(_bytes_of, batch))
        self._last = batch

    def report_end(self) -> None:
        """What the training ended with."""
        if self._last is not None:
            self._report("last_batch", map(_bytes_of, self._last))

    def _report(self, part: str, pieces: Iterable[bytes]) -> None:
        digest = hashlib.sha256()
        for piece in pieces:
            digest.update(len(piece).to_bytes(8, "little") + piece)
        self._emit("fingerprint", part, digest.hexdigest()[:_DIGITS])


def _named_tensors(tensors: Mapping[str, Any]) -> Iterable[bytes]:
    for name, tensor in tensors.items():
        yield name.encode()
        yield _bytes_of(tensor)


def _bytes_of(tensor: Tensor) -> bytes:
    array = tensor.detach().cpu().contiguous().numpy()
    return f"{array.dtype}{array.shape}".encode() + array.tobytes()
