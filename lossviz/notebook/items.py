"""Which items a user's data sets hold, as far as these say so: what a split is known by."""

from collections.abc import Iterable, Sequence
from os import PathLike
from pathlib import PurePath
from typing import Any, Final

import torch
from torch import Tensor
from torch.utils.data import Subset, TensorDataset

from lossviz.training.fingerprints import bytes_of

_PATH_PARTS: Final = 3  # of a file: another machine has it in another folder
_MOST_BYTES: Final = 2**28  # of data in memory that is hashed


def item_names(dataset: Any) -> list[bytes] | None:
    """A name of each item of a data set, the same on every machine; None where it has none.

    Args:
        dataset: fastai's or torch's, or a list.
    """
    if isinstance(dataset, Subset):
        return [f"{index}".encode() for index in dataset.indices]
    if isinstance(dataset, TensorDataset):
        return _contents(list(zip(*dataset.tensors, strict=True)))
    if isinstance(dataset, list | tuple):
        return _contents(dataset)
    rows = getattr(dataset, "rows", None)
    if isinstance(rows, Tensor):
        return [f"{row}".encode() for row in rows.tolist()]
    items = getattr(dataset, "items", None)
    if items is None:
        return None
    values = items.values.tolist() if hasattr(items, "iloc") else list(items)
    return [_name(item) for item in values]


def _name(item: Any) -> bytes:
    if isinstance(item, PathLike):
        return "/".join(PurePath(item).parts[-_PATH_PARTS:]).encode(errors="backslashreplace")
    if isinstance(item, Tensor):
        return bytes_of(item)
    if hasattr(item, "tobytes"):
        return bytes(item.tobytes())
    return repr(item).encode(errors="backslashreplace")


def _contents(items: Sequence[Any]) -> list[bytes] | None:
    """The items themselves, where they are few enough."""
    tensors = [part for item in items for part in _tensors(item)]
    if sum(part.numel() * part.element_size() for part in tensors) > _MOST_BYTES:
        return None
    return [b"".join(map(bytes_of, _tensors(item))) or _name(item) for item in items]


def _tensors(item: Any) -> Iterable[Tensor]:
    if isinstance(item, Tensor):
        yield item
    elif isinstance(item, dict):
        yield from _tensors(tuple(item.values()))
    elif isinstance(item, list | tuple):
        for part in item:
            yield from _tensors(part)


def batch_pieces(batch: Iterable[Any]) -> Iterable[bytes]:
    """What is hashed of a batch: its tensors, and in words what is none."""
    for part in batch:
        tensors = list(_tensors(part))
        yield from (bytes_of(tensor) for tensor in tensors)
        if not tensors:
            yield repr(part).encode(errors="backslashreplace")


def rows_of(
    train: Sequence[bytes] | None, valid: Sequence[bytes] | None, *, count: int, seed: int
) -> Tensor:
    """A number for each validation image, by which it is found again with other losses and seeds.

    Args:
        train: The names of the training items.
        valid: Those of the validation items, in the order in which they are validated.
        count: How many validation images there are.
        seed: The trial's.

    Returns:
        int64 [count]: the place among all names in their order; where these are not known, numbers
        that no other seed has.
    """
    names = sorted({*(train or ()), *(valid or ())})
    if valid is None or train is None or len(valid) != count or len(set(valid)) < count:
        return torch.arange(count) + seed * count
    places = {name: place for place, name in enumerate(names)}
    return torch.tensor([places[name] for name in valid])
