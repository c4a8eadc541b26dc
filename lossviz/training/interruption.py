"""What ends a training before its time, raised from within it."""

from collections.abc import Callable
from typing import TypeAlias

from lossviz.errors import LossvizError

StopRequested: TypeAlias = Callable[[], bool]


class TrialStopped(LossvizError):
    """The trial was asked to stop."""


class TrialDiverged(LossvizError):
    """The loss or the network's outputs are no longer finite."""


def stop_check(stop_requested: StopRequested) -> Callable[[], None]:
    """A function that raises ``TrialStopped`` once a stop is requested."""

    def check() -> None:
        if stop_requested():
            raise TrialStopped("stopped by request")

    return check
