"""What a step of the story shows beside its text, and how it notes what the reader does there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Final

from lossviz.losses.loss import Loss
from lossviz.losses.parameter import Parameter
from lossviz.losses.parsing import loss_from_spec
from lossviz.ui.components.arrow_plane.component import plane
from lossviz.ui.components.class_bars.component import classes_bars
from lossviz.ui.components.curve_chart.component import curve_chart
from lossviz.ui.components.parameter_slider.component import parameter_slider
from lossviz.ui.loss_controls import styles_by_id
from lossviz.ui.state.geometry_state import ARTICLE, GeometryState, nearest_hundredths
from lossviz.ui.story.answers import ARTICLE_P, START, TARGET
from lossviz.ui.story.story_state import Story, reach

_DIGITS: Final = 3  # of a place on the chart: what is computed of it checks with what is shown
_NEAR: Final = 0.02  # two pixels of a phone's slider


def draw_arrows(story: Story) -> None:
    """The target and a prediction that can be turned."""
    plane(
        GeometryState(prediction=story.reached.prediction or START, target=TARGET),
        {},
        {},
        moves=0,
        refusals=0,
        on_release=_on_turned,
        key=f"story {story.number}",
        rows=("angle", "cosine"),
    )


def draw_bars(story: Story) -> None:
    """The article's prediction over four classes, of which the true one can be pulled."""
    classes_bars(
        GeometryState(p_true=story.reached.p_true or ARTICLE_P, others="article"),
        {},
        {},
        classes=len(ARTICLE),
        moves=0,
        refusals=0,
        on_release=_on_pulled,
        key=f"story {story.number}",
        rows=("dot",),
    )


def draw_curves(story: Story) -> None:
    """The curves of the step's losses, with the slider of the one that moves."""
    step = story.step
    losses = _losses(story)
    styles = styles_by_id(losses)
    if step.moved:
        loss, start = losses[step.moved], _shown_at_first(step.losses)[step.moved]
        (parameter,) = loss.parameters
        parameter_slider(
            step.moved,
            loss,
            parameter,
            start=start.values[parameter.name],
            color=styles[step.moved].color,
            refusals=story.snaps,
            on_release=partial(_on_dragged, parameter),
        )
    curve_chart(
        losses,
        styles,
        views=step.chart.views,
        key=f"story {story.number}",
        refusals=story.snaps,
        logs=step.chart.logs,
        classes=step.chart.classes,
        at=step.cursor,
        highest=step.highest,
        columns=step.chart.views,
        shares=False,
        on_rest=_on_cursor,
    )


DRAWINGS: Final[Mapping[str, Callable[[Story], None]]] = MappingProxyType(
    {"arrows": draw_arrows, "bars": draw_bars, "curves": draw_curves}
)


def _shown_at_first(specs: Sequence[str]) -> dict[str, Loss]:
    losses = map(loss_from_spec, specs)
    return {loss.id: loss for loss in losses}


def _losses(story: Story) -> dict[str, Loss]:
    """The step's losses as they are now: those that a guess asks for come after it."""
    losses = _shown_at_first(story.step.losses)
    reached = story.reached
    if story.step.guesses and reached.guess is None:
        first = next(iter(losses))
        return {first: losses[first]}
    if story.step.moved and reached.parameter is not None:
        moved = losses[story.step.moved]
        (parameter,) = moved.parameters
        losses[story.step.moved] = moved.with_values(**{parameter.name: reached.parameter})
    return losses


def _on_turned(name: str, to: Sequence[float]) -> None:
    if name == "prediction":
        reach(prediction=nearest_hundredths(to))


def _on_pulled(name: str, to: Sequence[float]) -> None:
    reach(p_true=round(to[0], _DIGITS))


def _on_cursor(p: float) -> None:
    reach(cursor=float(f"{p:.{_DIGITS}g}"))


def _on_dragged(parameter: Parameter, loss_id: str, name: str, value: float) -> None:
    """A drag that ends beside a value that has a name is one to that value; keys go in steps that
    are too small for that.
    """
    value = round(value, 2) + 0.0
    named = [special.value for special in parameter.special_values]
    nearest = min(named, key=lambda place: abs(place - value))
    is_drag = abs(value - parameter.value) > _NEAR
    if is_drag and 0 < abs(nearest - value) <= _NEAR + 1e-9:
        reach(parameter=nearest, snapped=True)
    else:
        reach(parameter=value)
