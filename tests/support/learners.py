"""Tiny fastai learners of three classes."""

import fastai.callback.progress  # noqa: F401 - gives Learner its no_bar
import torch
from fastai.data.core import DataLoaders, Datasets
from fastai.data.load import DataLoader
from fastai.data.transforms import Categorize
from fastai.learner import Learner
from fastai.vision.core import TensorImageBW

_NAMES = "abc"
_SIDE = 4


def learner_of_rows(criterion: object, *, cbs: object = None) -> Learner:
    """On rows of six numbers; its items can be decoded."""
    generator = torch.Generator().manual_seed(0)
    rows = [(torch.randn(6, generator=generator), torch.tensor(i % 3)) for i in range(24)]
    return _learner(rows, torch.nn.Linear(6, 3), criterion, cbs)


def learner_of_maps(criterion: object, *, cbs: object = None) -> Learner:
    """On pictures of 4 by 4 pixels, from which callbacks can cut a rectangle."""
    generator = torch.Generator().manual_seed(0)
    maps = [
        (torch.randn(1, _SIDE, _SIDE, generator=generator), torch.tensor(i % 3)) for i in range(24)
    ]
    return _learner(maps, _network(), criterion, cbs)


def learner_of_pictures(criterion: object) -> Learner:
    """On fastai's own pictures with a category, which it can show."""
    items = list(range(12))
    datasets = Datasets(items, [[_picture], [name_of, Categorize]], splits=[items[:8], items[8:]])
    loaders = datasets.dataloaders(bs=4, device=torch.device("cpu"))
    return Learner(loaders, _network(), loss_func=criterion)


def name_of(item: int) -> str:
    """The category of an item of ``learner_of_pictures``."""
    return _NAMES[item % 3]


def _picture(item: int) -> TensorImageBW:
    generator = torch.Generator().manual_seed(item)
    return TensorImageBW(torch.rand(1, _SIDE, _SIDE, generator=generator))


def _network() -> torch.nn.Module:
    return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(_SIDE * _SIDE, 3))


def _learner(items: list, model: torch.nn.Module, criterion: object, cbs: object) -> Learner:
    loaders = DataLoaders(
        DataLoader(items, bs=8), DataLoader(items, bs=8), device=torch.device("cpu")
    )
    return Learner(loaders, model, loss_func=criterion, cbs=cbs)
