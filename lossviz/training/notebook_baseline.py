"""A comparison as a notebook would run it: one ``Learner`` after the other in one process, with
fastai's defaults.

``lossviz bench comparison`` measures lossviz against the article's comparison on the digits,
``python -m lossviz.training.notebook_baseline SEEDS [FOLDER]``. With a folder, the digits come from
image files in it (a folder for each class) through the article's ``DataBlock``; else from tensors.
Split, initial weights and batches are those of the recipe ``digits``.

``lossviz bench accelerator`` measures it against two losses on photos, with a resnet18 from scratch
that gets them through the same ``DataBlock`` by 8 workers: ``... SEEDS FOLDER PIXELS``.

Prints as JSON the error rate of each training and the seconds that all took without imports.
"""

# written as in a notebook, without types and docstrings
# ruff: noqa: D103
# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False

import json
import sys
import time
from functools import partial
from pathlib import Path

import torch
from fastai.vision.all import (
    CategoryBlock,
    DataBlock,
    DataLoaders,
    ImageBlock,
    Learner,
    RandomSplitter,
    Resize,
    aug_transforms,
    error_rate,
    get_image_files,
    params,
    parent_label,
    set_seed,
)
from safetensors.torch import load_file
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import TensorDataset
from torchvision.models import resnet18

from lossviz.training.networks.digits_network import make_body, make_head
from lossviz.training.networks.pretrain_letters import WEIGHTS


def softmax(x):  # the article's four losses, as they stand there
    return x.exp() / (x.exp().sum(-1)).unsqueeze(-1)


def cross_entropy(input, target):
    return -softmax(input)[range(target.shape[0]), target].log().mean()


def dot_product(input, target):
    return -(softmax(input)[range(target.shape[0]), target]).mean()


def inverse(input, target):
    return (1 / (softmax(input)[range(target.shape[0]), target])).mean()


def inverse_power(input, target):
    return (1 / (softmax(input)[range(target.shape[0]), target]).pow(0.2)).mean()


LOSSES = {
    "cross_entropy": cross_entropy,
    "dot_product": dot_product,
    "inverse": inverse,
    "inverse_power": inverse_power,
}

PHOTO_LOSSES = ("cross_entropy", "inverse_power")


def tensor_loaders() -> DataLoaders:
    digits = load_digits()
    images, targets = (
        torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 16,
        torch.tensor(digits.target),
    )
    train, valid = RandomSplitter()(targets)
    return DataLoaders.from_dsets(
        TensorDataset(images[train], targets[train]),
        TensorDataset(images[valid], targets[valid]),
        bs=64,
        num_workers=0,
    )


def file_loaders(folder, pixels=8, **options):
    block = DataBlock(
        blocks=(ImageBlock, CategoryBlock),
        get_items=get_image_files,
        splitter=RandomSplitter(),
        get_y=parent_label,
        item_tfms=Resize(pixels),
        batch_tfms=aug_transforms(),
    )
    return block.dataloaders(folder, bs=64, **options)


def train(loss_func, seed, folder):
    set_seed(seed, reproducible=True)
    loaders = file_loaders(folder) if folder else tensor_loaders()
    set_seed(seed, reproducible=True)
    body = make_body()
    body.load_state_dict(load_file(WEIGHTS))
    head = make_head(10)
    colours = [nn.Conv2d(3, 1, 1)] if folder else []  # image files come with three
    model = nn.Sequential(nn.Sequential(*colours, body), head)
    learn = Learner(
        loaders,
        model,
        loss_func=loss_func,
        metrics=error_rate,
        splitter=lambda m: [params(part) for part in m],
    )
    learn.fine_tune(1, base_lr=4e-3)
    return float(learn.recorder.values[-1][-1])


def train_on_photos(loss_func, seed, folder, pixels):
    set_seed(seed, reproducible=True)
    loaders = file_loaders(folder, pixels, num_workers=8)
    set_seed(seed, reproducible=True)
    learn = Learner(loaders, resnet18(num_classes=loaders.c), loss_func, metrics=error_rate)
    learn.fine_tune(2, base_lr=2e-3, freeze_epochs=0)  # as the recipe folder does
    return float(learn.recorder.values[-1][-1])


def main() -> None:
    seeds, folder = int(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None
    pixels = int(sys.argv[3]) if len(sys.argv) > 3 else None
    out, sys.stdout = sys.stdout, sys.stderr  # fastai prints its tables
    began = time.perf_counter()
    if pixels:
        losses = {name: LOSSES[name] for name in PHOTO_LOSSES}
        run = partial(train_on_photos, folder=folder, pixels=pixels)
    else:
        losses, run = LOSSES, partial(train, folder=folder)
    rates = {name: [run(loss, seed) for seed in range(seeds)] for name, loss in losses.items()}
    print(json.dumps({"error_rates": rates, "seconds": time.perf_counter() - began}), file=out)


if __name__ == "__main__":
    main()
