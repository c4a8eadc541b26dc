"""The two panels of a figure for a paper: learning curves, and differences to the baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from lossviz.charts.comparison_figure.differences import DifferenceRow, Differences
from lossviz.charts.comparison_figure.learning_lines import LossLines
from lossviz.charts.comparison_figure.paper_text import fitted, printable, width_in, wrapped
from lossviz.charts.epoch_axis import EPOCHS_TITLE
from lossviz.charts.loss_style import LossStyle
from lossviz.experiments.records import TrialState
from lossviz.experiments.settings import Settings

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DASHES: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "solid": "solid",
        "dash": (0, (4, 1.6)),
        "dot": (0, (1, 1.3)),
        "dashdot": (0, (4, 1.3, 1, 1.3)),
    }
)
_INK: Final = "#222222"
_QUIET: Final = "#666666"
_GRID: Final = "#dddddd"
_BAND_SHADE: Final = "#e6e6e6"
_FAINT: Final = 0.45  # alpha of a seed's line beside its mean; of many, less
_CLEAR_SEEDS: Final = 8  # up to which the seeds' lines are no fainter
_ROOM: Final = 0.08  # of the differences' scale, at each side
_NUMBERED_EPOCHS: Final = 12
_LEAST_NAMED_SHARE: Final = 0.3  # of the axis: the name of a shorter phase would be cut off


def line_style(style: LossStyle, *, width: float) -> dict[str, Any]:
    """How matplotlib draws a loss's line.

    Args:
        style: The loss's.
        width: In points.
    """
    return {"color": style.color, "linestyle": _DASHES[style.dash], "linewidth": width}


def draw_learning_curves(
    axes: Axes, lines: Sequence[LossLines], settings: Settings, size_pt: float
) -> None:
    """Draw each loss's seeds, mean and band over the epochs.

    Args:
        axes: Where.
        lines: What.
        settings: Of the training.
        size_pt: Size of letters in points.

    Side effects: changes the axes.
    """
    _prepare(axes, size_pt)
    axes.set_xlabel(EPOCHS_TITLE, size=size_pt, labelpad=2)
    axes.set_ylabel("error rate on validation images, in %", size=size_pt, labelpad=3)
    axes.set_xlim(0, settings.epochs * 1.02)
    if settings.epochs <= _NUMBERED_EPOCHS:
        axes.set_xticks(range(settings.epochs + 1))
    if not any(loss.seeds for loss in lines):
        axes.set_yticks([])
        axes.text(
            0.5,
            0.5,
            "No measurement yet",
            transform=axes.transAxes,
            size=size_pt,
            color=_QUIET,
            ha="center",
            va="center",
        )
        return
    axes.grid(axis="y", color=_GRID, linewidth=0.5)
    for loss in lines:
        _draw_seeds(axes, loss)
    for loss in lines:
        _draw_mean(axes, loss)
    axes.set_ylim(bottom=0)
    _mark_phases(axes, settings, size_pt)


def _draw_seeds(axes: Axes, loss: LossLines) -> None:
    how = line_style(loss.style, width=1.0)
    if loss.mean:
        how |= {"linestyle": "solid", "linewidth": 0.5, "alpha": _faintness(len(loss.seeds))}
    for seed in loss.seeds:
        alone = len(seed.epochs) == 1
        axes.plot(seed.epochs, seed.percent, marker="o" if alone else "", markersize=2.5, **how)
        if seed.state is TrialState.DIVERGED:
            axes.plot(
                seed.epochs[-1:],
                seed.percent[-1:],
                marker="x",
                markersize=5,
                markeredgewidth=1.2,
                color=loss.style.color,
                clip_on=False,
                zorder=5,
            )


def _faintness(seeds: int) -> float:
    return _FAINT * min(1.0, _CLEAR_SEEDS / max(1, seeds))


def _draw_mean(axes: Axes, loss: LossLines) -> None:
    mean = loss.mean
    if mean is None:
        return
    if len(mean.epochs) == 1:
        axes.errorbar(
            mean.epochs,
            mean.percent,
            yerr=mean.deviation,
            fmt="o",
            markersize=4,
            color=loss.style.color,
        )
        return
    low = [max(0.0, at - by) for at, by in zip(mean.percent, mean.deviation, strict=True)]
    high = [at + by for at, by in zip(mean.percent, mean.deviation, strict=True)]
    axes.fill_between(
        mean.epochs, low, high, color=loss.style.color, alpha=0.16, linewidth=0, zorder=1.5
    )
    axes.plot(mean.epochs, mean.percent, **line_style(loss.style, width=1.6), zorder=3)


def _mark_phases(axes: Axes, settings: Settings, size_pt: float) -> None:
    """Say where the second fit of ``fine_tune`` begins."""
    frozen, unfrozen = settings.frozen_epochs, settings.unfrozen_epochs
    if not (frozen and unfrozen):
        return
    axes.axvline(frozen, color=_QUIET, linewidth=0.6, linestyle=(0, (1, 1.5)), zorder=1)
    for text, side, lasting in (
        ("last layer only ", "right", frozen),
        (" all layers", "left", unfrozen),
    ):
        if lasting / settings.epochs >= _LEAST_NAMED_SHARE:
            axes.text(
                frozen,
                0.985,
                text,
                transform=axes.get_xaxis_transform(),
                ha=side,
                va="top",
                size=size_pt - 0.5,
                color=_QUIET,
            )


def difference_title(compared: Differences, size_pt: float, width_in: float) -> list[str]:
    """The lines of the differences' axis title, two at most."""
    return wrapped(printable(compared.axis_title), size_pt, within_in=width_in)[:2]


def draw_differences(
    axes: Axes, compared: Differences, size_pt: float, *, size_in: tuple[float, float]
) -> None:
    """Draw a row a loss: its name and verdict, and below them dots, mean and interval.

    Args:
        axes: Where.
        compared: What.
        size_pt: Size of letters in points.
        size_in: Width and height of the axes in inches.

    Side effects: changes the axes.
    """
    scale = compared.scale
    width, height = size_in
    _prepare(axes, size_pt)
    axes.spines["left"].set_visible(False)
    axes.set_yticks([])
    room = _ROOM * (scale.greatest - scale.least)
    axes.set_xlim(scale.least - room, scale.greatest + room)
    axes.set_ylim(len(compared.rows), 0)
    title = difference_title(compared, size_pt, width)
    axes.set_xlabel("\n".join(title), size=size_pt, labelpad=2)
    axes.axvspan(-scale.margin, scale.margin, color=_BAND_SHADE, linewidth=0, zorder=0)
    axes.axvline(0, color=_QUIET, linewidth=0.7, zorder=1)
    apart = 0.65 * size_pt / 72 * len(compared.rows) / height  # half a line, in rows
    for place, row in enumerate(compared.rows):
        _draw_names(axes, row, place + 0.5 - apart, size_pt, width)
        _draw_row(axes, row, place + 0.5 + apart, (scale.least - room, scale.greatest + room))


def _draw_names(axes: Axes, row: DifferenceRow, y: float, size_pt: float, room_in: float) -> None:
    verdict_in = 1.15 * width_in(row.verdict, size_pt) + 0.08  # bold is wider
    name = fitted(printable(row.label), size_pt, within_in=max(0.4, room_in - verdict_in))
    across = axes.get_yaxis_transform()
    box = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.8}
    axes.text(0, y, name, transform=across, size=size_pt, va="center", ha="left", bbox=box)
    axes.text(
        1,
        y,
        row.verdict,
        transform=across,
        size=size_pt,
        va="center",
        ha="right",
        weight="bold",
        bbox=box,
    )


def _draw_row(axes: Axes, row: DifferenceRow, y: float, ends: tuple[float, float]) -> None:
    color = row.style.color
    seeds = [difference for _, difference in row.seeds]
    axes.plot(
        seeds,
        [y] * len(seeds),
        linestyle="none",
        marker="o",
        markersize=2.4,
        color=color,
        alpha=0.6,
        markeredgewidth=0,
        zorder=2,
    )
    if row.interval:
        low, high = max(row.interval[0], ends[0]), min(row.interval[1], ends[1])
        axes.plot([low, high], [y, y], **line_style(row.style, width=1.4), zorder=3)
        for end, limit, marker in ((low, ends[0], "<"), (high, ends[1], ">")):
            shape = marker if end == limit else "|"  # an arrow where the interval goes on
            axes.plot(
                [end],
                [y],
                marker=shape,
                markersize=4.5,
                color=color,
                markeredgewidth=1.2,
                clip_on=False,
                zorder=3,
            )
    if row.mean is not None:
        axes.plot(
            [row.mean],
            [y],
            marker="o",
            markersize=4.6,
            color=color,
            markeredgecolor="white",
            markeredgewidth=0.7,
            zorder=4,
        )


def _prepare(axes: Axes, size_pt: float) -> None:
    """Quiet spines and ticks, small letters."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_linewidth(0.6)
        axes.spines[side].set_color(_QUIET)
    axes.tick_params(
        labelsize=size_pt - 0.5, width=0.6, length=2.5, pad=2, color=_QUIET, labelcolor=_INK
    )
