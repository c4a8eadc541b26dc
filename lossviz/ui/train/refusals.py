"""What the engine refuses, said where it was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lossviz.errors import LossvizError
from lossviz.ui.messages import show_error


@contextmanager
def refusals_shown() -> Iterator[None]:
    """Say below what was drawn last why what is asked for inside is refused; the page goes on."""
    try:
        yield
    except LossvizError as error:
        show_error(error)
