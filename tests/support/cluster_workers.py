"""Clusters whose workers are processes of this machine, with one core each."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final
from unittest import mock

from tests.support.ray_nodes import ray_nodes
from tests.support.slurm_site import slurm_site


@contextmanager
def ray_workers(count: int) -> Iterator[None]:
    """A Ray cluster of a head that computes nothing and so many nodes."""
    with ray_nodes([0] + [1] * count):
        yield


@contextmanager
def slurm_workers(count: int) -> Iterator[None]:
    """A Slurm site of so many nodes."""
    with (
        tempfile.TemporaryDirectory() as folder,
        slurm_site(Path(folder) / "site", nodes=count) as site,
        mock.patch.dict(os.environ, site.environment, LOSSVIZ_SLURM_FOLDER=str(site.shared_folder)),
    ):
        yield


CLUSTERS: Final[Mapping[str, Callable[[int], AbstractContextManager[None]]]] = {
    "ray": ray_workers,
    "slurm": slurm_workers,
}
