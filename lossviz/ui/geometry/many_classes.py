"""Many classes: a prediction as bars, and how far from the target training starts."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from lossviz.charts.loss_style import LossStyle
from lossviz.geometry.vectors import angle_deg, dot
from lossviz.ui.class_count import pick_class_count
from lossviz.ui.components.class_bars.component import classes_bars
from lossviz.ui.state.actions import on_drag_end, set_geometry
from lossviz.ui.state.geometry_state import ARTICLE, LEAST_CLASSES, MOST_CLASSES, GeometryState
from lossviz.ui.state.selection import Selection, read_selection
from lossviz.ui.state.view import is_shown
from lossviz.ui.text import draw_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A prediction that a button sets.

    Attributes:
        p_true: See ``GeometryState``.
        others: The same.
    """

    p_true: float | None
    others: str

    def applied_to(self, geometry: GeometryState) -> GeometryState:
        """The state with this prediction."""
        return replace(geometry, p_true=self.p_true, others=self.others)


PRESETS: Final[Mapping[str, Preset]] = MappingProxyType(
    {
        "the start": Preset(p_true=None, others="even"),
        "the article's": Preset(p_true=ARTICLE[1], others="article"),
        "p = 0.9": Preset(p_true=0.9, others="even"),
    }
)
NEARLY_RIGHT_DEG = 80.0  # from 34 classes on


def many_classes(selection: Selection, styles: Mapping[str, LossStyle]) -> None:
    """Draw the bars, and what is said of them."""
    geometry = selection.geometry
    classes = _classes_of(selection)
    classes_bars(
        geometry,
        selection.shown,
        styles,
        classes=classes,
        places=[(name, preset.p_true, preset.others) for name, preset in PRESETS.items()],
        moves=selection.geometry_version,
        refusals=selection.rejections,
        on_release=_on_release,
    )
    if is_shown("text"):
        draw_text(about_the_start(classes))
        draw_text(about_the_article())


def pick_classes(selection: Selection) -> None:
    """Let the visitor choose the number of classes."""
    pick_class_count(
        _classes_of(selection),
        least=LEAST_CLASSES,
        most=MOST_CLASSES,
        width=260,
        on_release=_on_classes_change,
    )


def _classes_of(selection: Selection) -> int:
    if selection.geometry.others == "article":
        return len(ARTICLE)
    return min(MOST_CLASSES, max(LEAST_CLASSES, selection.chart.classes))


def about_the_start(classes: int) -> str:
    """Where a training starts, and what a loss makes of it, as Markdown."""
    angle = angle_deg([1 / classes] * classes, [1] + [0] * (classes - 1))
    place = "far from the target"
    if angle >= NEARLY_RIGHT_DEG:
        place = "nearly at a right angle"
    return (
        f"**With {classes} classes, training starts {place}.** The first prediction is"
        f" p ≈ 1/{classes} for every class, {angle:.1f}° from the target: the more classes, the"
        " nearer to 90°. There every example weighs the same, whatever the loss: what tells losses"
        " apart is how they weigh the examples once some are right and others are not yet."
    )


def about_the_article() -> str:
    """The article's worked example, as Markdown."""
    truth = [0, 1, 0, 0]
    p = dot(ARTICLE, truth)
    return (
        "**The article's numbers.** The target is 0 everywhere but at the true class, so the dot"
        f" product {list(ARTICLE)} · {truth} is just the true class's probability, **{p}**."
        f" Cross-entropy takes the logarithm first: ln {p} = **−{-math.log(p):.3f}**. With a minus"
        " before it, each is a loss."
    )


def _on_classes_change(classes: int) -> None:
    set_geometry(replace(read_selection().geometry, others="even"), classes=classes)


def _on_release(name: str, to: Sequence[float]) -> None:
    if name == "preset":
        preset = list(PRESETS.values())[int(to[0])]
        set_geometry(preset.applied_to(read_selection().geometry))
    else:
        on_drag_end(name, to)
