"""What came of a comparison, as a notebook shows it."""

from base64 import b64encode
from collections.abc import Mapping
from html import escape
from os import PathLike
from pathlib import Path
from typing import Any

from lossviz.charts.comparison_figure.content import figure_content
from lossviz.charts.comparison_figure.paper import PaperFormat, paper_figure
from lossviz.experiments.comparison_records import ComparisonRecords
from lossviz.experiments.files.document import write_document
from lossviz.experiments.files.snapshot import ComparisonSnapshot
from lossviz.experiments.judging.judgement import Judgement
from lossviz.statistics.verdicts import LossVerdict


class ComparisonResult:
    """A comparison and its verdict; the last line of a cell shows chart and verdict.

    Args:
        snapshot: All that is known of it.
    """

    def __init__(self, snapshot: ComparisonSnapshot) -> None:
        self._snapshot = snapshot

    @property
    def records(self) -> ComparisonRecords:
        """The comparison, its trials and all that they reported."""
        return self._snapshot.records

    @property
    def judgement(self) -> Judgement:
        """Each loss's numbers, seed by seed."""
        return self._snapshot.judgement

    @property
    def verdict(self) -> str:
        """The verdict on all losses, in a sentence."""
        verdicts = self.judgement.verdicts
        return verdicts.summary if verdicts else "There is only one loss."

    @property
    def verdicts(self) -> Mapping[str, LossVerdict]:
        """The verdict on each loss but the baseline."""
        verdicts = self.judgement.verdicts
        return verdicts.by_loss if verdicts else {}

    @property
    def frame(self) -> Any:
        """A pandas ``DataFrame`` of one row a training: loss, seed, state, error rate, Brier score,
        negative log-likelihood, seconds.
        """
        import pandas as pd  # here, as it takes half a second

        rows = [
            {
                "loss": loss.label,
                "seed": seed.trial.seed,
                "state": str(seed.trial.state),
                "error_rate": seed.finished.error_rate if seed.finished else None,
                "brier": seed.finished.brier if seed.finished else None,
                "nll": seed.finished.nll if seed.finished else None,
                "seconds": seed.seconds,
            }
            for loss in self.judgement.losses
            for seed in loss.seeds
        ]
        return pd.DataFrame(rows)

    def save(self, file: str | PathLike[str]) -> None:
        """Write it as a JSON document, which ``lossviz runs import`` and the app take.

        Side effects: writes the file.
        """
        Path(file).write_text(write_document(self._snapshot), encoding="utf-8")

    def __repr__(self) -> str:
        return "\n".join([self.verdict, *(each.sentence for each in self.verdicts.values())])

    def _repr_html_(self) -> str:
        """The chart as an image, which needs no script, on white in a dark notebook too."""
        svg = paper_figure(figure_content(self._snapshot), format=PaperFormat.SVG)
        image = b64encode(svg).decode()
        sentences = "".join(f"<li>{escape(each.sentence)}</li>" for each in self.verdicts.values())
        return (
            f"<div><p><b>{escape(self.verdict)}</b></p><ul>{sentences}</ul>"
            '<img style="background: white; max-width: 100%" alt="Learning curves and differences"'
            f' src="data:image/svg+xml;base64,{image}"></div>'
        )
