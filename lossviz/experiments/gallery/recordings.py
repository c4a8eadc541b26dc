"""The recorded comparisons: what each was trained with, and what came of it, from a file.

``python -m lossviz.experiments.gallery.record`` trains them again and writes the files.
"""

from __future__ import annotations

import gzip
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from types import MappingProxyType
from typing import Final

from lossviz.experiments.comparison_records import ComparisonRecords
from lossviz.experiments.files.reading import read_document
from lossviz.experiments.records import Origin

_PREFIX: Final = "recorded-"  # of their ids
_ARTICLE: Final = ("cross_entropy", "dot_product", "inverse", "inverse_power")
_AGAINST_NOISE: Final = ("cross_entropy", "generalized", "dot_product")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A comparison that ships with lossviz.

    Attributes:
        key: Names its file, and is the end of its id.
        name: What it is called.
        losses: As ``loss_from_spec`` reads them.
        seeds: How many for each loss.
        options: Further options of ``lossviz train``, with their values.
    """

    key: str
    name: str
    losses: tuple[str, ...]
    seeds: int
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Its id, the same in every database."""
        return _PREFIX + self.key

    @property
    def arguments(self) -> list[str]:
        """What follows ``lossviz`` on the command line that trains it."""
        losses = [word for loss in self.losses for word in ("--loss", loss)]
        options = [word for option in self.options.items() for word in option]
        return ["train", *losses, "--seeds", str(self.seeds), *options]

    @property
    def command(self) -> str:
        """That command line."""
        return shlex.join(["lossviz", *self.arguments])


def _with_wrong_labels(percent: int) -> Recording:
    return Recording(
        key=f"wrong-labels-{percent}",
        name=f"Recorded: {percent}% wrong labels",
        losses=_AGAINST_NOISE,
        seeds=6,
        options={
            "--learning-rate": "0.02",
            "--unfrozen-epochs": "8",
            "--evaluations": "1",
            "--label-noise": f"{percent / 100:g}",
        },
    )


_ENTRIES: Final = (
    Recording(key="article", name="Recorded: the article's four losses", losses=_ARTICLE, seeds=10),
    *map(_with_wrong_labels, (0, 20, 40)),
    Recording(
        key="rates",
        name="Recorded: each loss at its best learning rate",
        losses=_ARTICLE,
        seeds=6,
        options={"--learning-rate": "0.04", "--rates": "best"},
    ),
)
RECORDINGS: Final[Mapping[str, Recording]] = MappingProxyType(
    {recording.id: recording for recording in _ENTRIES}
)


def read_recording(recording: Recording) -> ComparisonRecords:
    """A recording with all that its trials reported, as every visitor may see it.

    Side effects: reads its file.
    """
    file = resources.files(__package__).joinpath("data", f"{recording.key}.json.gz")
    records = read_document(gzip.decompress(file.read_bytes())).with_id(recording.id)
    comparison = replace(
        records.comparison, name=recording.name, origin=Origin.RECORDED, shared=True
    )
    return replace(records, comparison=comparison)
