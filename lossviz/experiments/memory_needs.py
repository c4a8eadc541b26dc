"""How much memory trainings need at the least, so that what cannot fit is refused before it starts;
pure.

These are lower bounds: what is above them is tried by the preparation, in a process of its own.
"""

from typing import Final

from lossviz.errors import InvalidInput
from lossviz.experiments.networks import DIGITS_NETWORK, get_network, runs_on_accelerator
from lossviz.experiments.settings import Settings

# In MB (2**20 bytes), measured on Linux with torch 2.14; libraries, which can be read again, do not
# count.
_APP_MB: Final = 150.0
_DIGITS_HOST_MB: Final = 460.0
_NETWORK_HOST_MB: Final = 510.0
_DIGITS_TRIAL_MB: Final = 60.0
_COPIES: Final = 4  # of the parameters: themselves, their gradients, the optimiser's two averages
_BYTES: Final = 4  # of a parameter
_BYTES_A_PIXEL: Final = 120  # what the layers of a slight network keep of a batch for its gradients
_MB: Final = 2**20
_SMALL_MB: Final = 2048.0  # less than that is shared with the pages of many visitors
IDLE_S: Final = 600.0  # how long a host without jobs keeps its memory; it starts in 8 s
_SHORT_IDLE_S: Final = 60.0


def least_memory_mb(settings: Settings, *, on_accelerator: bool = False) -> float:
    """What the app and one trial of a training need together, at the least, in MB (2**20 bytes).

    Args:
        settings: How it is trained.
        on_accelerator: Whether an accelerator keeps parameters and batches.
    """
    if settings.network == DIGITS_NETWORK:
        return _APP_MB + _DIGITS_HOST_MB + _DIGITS_TRIAL_MB
    host_mb = _APP_MB + _NETWORK_HOST_MB
    if on_accelerator:
        return host_mb
    parameters = get_network(settings.network).parameters_millions * 1e6
    pixels = settings.batch_size * settings.image_size**2
    return host_mb + (parameters * _COPIES * _BYTES + pixels * _BYTES_A_PIXEL) / _MB


def require_memory(settings: Settings, limit_mb: float | None, *, has_accelerator: bool) -> None:
    """Refuse a training that cannot fit.

    Args:
        settings: How it is trained.
        limit_mb: The memory that there is for all of lossviz; None where that is not known.
        has_accelerator: Whether there is one to train on.

    Raises:
        InvalidInput: It needs more than there is.
    """
    on_accelerator = has_accelerator and runs_on_accelerator(settings.network)
    needed_mb = least_memory_mb(settings, on_accelerator=on_accelerator)
    if limit_mb is None or needed_mb <= limit_mb:
        return
    what = "the digits" if settings.network == DIGITS_NETWORK else settings.network
    advice = "give lossviz more memory"
    if settings.network != DIGITS_NETWORK and limit_mb >= _APP_MB + _DIGITS_HOST_MB:
        advice = f"choose the digits with the network {DIGITS_NETWORK}, or {advice}"
    raise InvalidInput(
        f"training {what} takes at least {needed_mb:,.0f} MB of memory, and there are"
        f" {limit_mb:,.0f} MB here; {advice}"
    )


def idle_s_for(limit_mb: float | None) -> float:
    """How many seconds a host without jobs keeps its memory.

    >>> idle_s_for(1024.0), idle_s_for(16_384.0)
    (60.0, 600.0)
    """
    is_small = limit_mb is not None and limit_mb < _SMALL_MB
    return _SHORT_IDLE_S if is_small else IDLE_S


def cores_that_memory_feeds(cores: int, limit_mb: float | None) -> int:
    """On how many cores trials of the digits, which take one each, find memory side by side; at
    least 1.

    >>> cores_that_memory_feeds(16, 1024.0), cores_that_memory_feeds(16, None)
    (6, 16)
    """
    if limit_mb is None:
        return cores
    fitting = int((limit_mb - _APP_MB - _DIGITS_HOST_MB) / _DIGITS_TRIAL_MB)
    return max(1, min(cores, fitting))
