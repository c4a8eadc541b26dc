"""What the race of the losses can show: measures, axes, and the layout of its chart.

The browser draws the lines, from the rows that it is sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from lossviz.charts.epoch_axis import EPOCHS_TITLE, format_epoch_axis
from lossviz.charts.figure import figure_json, log_scale, new_figure
from lossviz.charts.percent_axis import write_percent
from lossviz.experiments.number_text import error_digits
from lossviz.experiments.settings import Settings

MOST_DRAWN: Final = 2.0  # of a loss on its own scale, where 1 is its start
_DIGITS_OF_SHARE: Final = 3  # behind the point, of a loss on that scale


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What is drawn.

    Attributes:
        name: What it is, in short.
        title: A full phrase.
        kinds: Keys of ``POINT_KINDS``: where it stands, the first of which a trial has any.
        column: Its column there.
        relative: Whether each loss has a scale of its own, as the values of different losses do
            not compare: 1 at its start, 0 at the lowest value that it can have.
        in_percent: Whether it is a share of 0 to 1 that people read in percent.
    """

    name: str
    title: str
    kinds: tuple[str, ...]
    column: str
    relative: bool = False
    in_percent: bool = False


_EVALUATED = ("evaluations", "epochs")
LEARNING_RATE: Final = "Learning rate"
MEASURES: Final[Mapping[str, Measure]] = MappingProxyType(
    {
        "Error rate": Measure(
            name="error rate",
            title="error rate on validation images",
            kinds=_EVALUATED,
            column="error_rate",
            in_percent=True,
        ),
        "Validation loss": Measure(
            name="validation loss",
            title="validation loss, 1 at its start",
            kinds=_EVALUATED,
            column="valid_loss",
            relative=True,
        ),
        "Training loss": Measure(
            name="training loss",
            title="training loss, 1 at its start",
            kinds=("batches",),
            column="loss",
            relative=True,
        ),
        LEARNING_RATE: Measure(
            name="learning rate",
            title="learning rate of the last layer",
            kinds=("batches",),
            column="learning_rate",
        ),
    }
)
OVER: Final[Mapping[str, str]] = MappingProxyType(
    {"epochs": EPOCHS_TITLE, "images": "training images seen", "seconds": "seconds of training"}
)
LINEAR: Final = "linear"
LOG: Final = "log"
FROM_BEST: Final = "gap to the best"
SCALES: Final = (LINEAR, LOG, FROM_BEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceView:
    """A choice of these.

    Attributes:
        measure: Key of ``MEASURES``.
        over: Key of ``OVER``.
        scale: One of ``SCALES``.
        smoothing: Weight of what was before in an exponential mean, from 0 (none) to below 1.
        images: Training images per epoch; None where that is not known.
        validation_images: Of which each is worth so much of the error rate; None the same.
    """

    measure: str
    over: str
    scale: str
    smoothing: float = 0.0
    images: int | None = None
    validation_images: int | None = None

    @property
    def axis(self) -> str:
        """The horizontal axis that can be drawn: epochs where images are not known."""
        return "epochs" if self.over == "images" and self.images is None else self.over

    @property
    def unit(self) -> float:
        """What an epoch, or a second, is on it."""
        return float(self.images) if self.axis == "images" and self.images else 1.0

    @property
    def digits(self) -> int | None:
        """Behind the point of a value; None for three that count, as a learning rate has."""
        measure = MEASURES[self.measure]
        if measure.in_percent:
            return error_digits(self.validation_images)
        return _DIGITS_OF_SHARE if measure.relative else None

    @property
    def suffix(self) -> str:
        """What stands behind a value."""
        if not MEASURES[self.measure].in_percent:
            return ""
        return " points" if self.scale == FROM_BEST else "%"

    @property
    def y_title(self) -> str:
        """The title of the vertical axis: all that was done to the measure."""
        measure = MEASURES[self.measure]
        done = []
        if self.scale == FROM_BEST:
            unit = ", in points" if measure.in_percent else ""
            done.append(f"above the best mean so far{unit}")
        if self.smoothing:
            done.append(f"smoothed {self.smoothing:.2f}")
        return f"{measure.name} {', '.join(done)}" if done else measure.title


@lru_cache(maxsize=64)
def race_layout(comparison_id: str, settings: Settings, view: RaceView) -> str:
    """The layout of the chart, as plotly's JSON.

    Zoom outlives new rows, and ends with another comparison or another view.
    """
    figure = new_figure(
        x_title=OVER[view.axis],
        y_title=view.y_title.replace(" above", "<br>above"),  # in one line it is cut off
        zoom_of=f"{comparison_id} {view.measure} {view.axis} {view.scale}",
    )
    figure.update_layout(showlegend=False)
    if view.axis == "seconds":
        figure.update_xaxes(rangemode="tozero")
    else:
        format_epoch_axis(figure, settings, unit=view.unit)
    figure.update_yaxes(tickformat=".3~r")
    if view.scale == LOG:
        log_scale(figure)
    if view.suffix == "%":
        write_percent(figure)
    if MEASURES[view.measure].relative:
        # one that diverges reaches 1e10, and would flatten all others
        figure.update_yaxes(autorangeoptions={"clipmax": MOST_DRAWN})
    return figure_json(figure)
