"""How many epochs a fastai training has, and what ends it: what leans on fastai's inner parts."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any, Final

import fastai.callback.schedule  # noqa: F401 - gives Learner its fine_tune
from fastai.callback.core import (
    CancelBackwardException,
    CancelBatchException,
    CancelEpochException,
    CancelFitException,
    CancelStepException,
    CancelTrainException,
    CancelValidException,
)
from fastai.learner import Learner

_CONTROL: Final = (  # what callbacks raise to skip a part; each has its own event
    CancelBackwardException,
    CancelBatchException,
    CancelEpochException,
    CancelFitException,
    CancelStepException,
    CancelTrainException,
    CancelValidException,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedEpochs:
    """The epochs of a training.

    Attributes:
        frozen: In which only the last layers learn.
        unfrozen: In which all do.
        call: The running call of ``fine_tune``; None of a fit by itself.
    """

    frozen: int
    unfrozen: int
    call: FrameType | None = None

    @property
    def total(self) -> int:
        """Of both phases."""
        return self.frozen + self.unfrozen


def planned_epochs(learner: Learner, *, total: int | None = None) -> PlannedEpochs:
    """The epochs of the training that a learner begins, asked within its first fit.

    ``fine_tune`` is two fits, and says nothing of the second one during the first: its arguments
    are read from the call.

    Args:
        learner: What trains.
        total: The epochs of all fits, where the user calls them one by one; None for this one's.
    """
    call = fine_tune_call(learner)
    if call is not None and total is None:
        arguments = call.f_locals
        return PlannedEpochs(
            frozen=int(arguments["freeze_epochs"]), unfrozen=int(arguments["epochs"]), call=call
        )
    here = int(learner.n_epoch)
    frozen = here if is_frozen(learner) else 0
    return PlannedEpochs(frozen=frozen, unfrozen=max(total or here, here) - frozen, call=call)


def fine_tune_call(learner: Learner) -> FrameType | None:
    """The call of ``fine_tune`` that a learner is in; None where it is in none."""
    code = Learner.fine_tune.__code__
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_code is code and frame.f_locals.get("self") is learner:
            return frame
        frame = frame.f_back
    return None


def is_frozen(learner: Learner) -> bool:
    """Whether only the last layers of a learner learn now."""
    return bool(getattr(learner.opt, "frozen_idx", 0))


@contextmanager
def _noted(on_error: Callable[[BaseException], None]) -> Iterator[None]:
    try:
        yield
    except _CONTROL:
        raise
    except BaseException as error:  # an interrupted kernel too
        on_error(error)
        raise


def watch_errors(learner: Learner, on_error: Callable[[BaseException], None]) -> Callable[[], None]:
    """Have ``on_error`` called with an exception that ends a fit, of which callbacks learn nothing.

    Returns:
        Ends the watch.

    Side effects: wraps a method of this learner.
    """
    inner = learner._with_events

    def with_events(*args: Any, **kwargs: Any) -> None:
        with _noted(on_error):
            inner(*args, **kwargs)

    learner._with_events = with_events

    def end() -> None:
        if vars(learner).get("_with_events") is with_events:
            del learner._with_events

    return end
