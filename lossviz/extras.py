"""The parts of lossviz that ``pip install lossviz`` leaves out, and whether they are installed."""

from collections.abc import Mapping
from importlib.util import find_spec
from types import MappingProxyType
from typing import Final

from lossviz.errors import MissingExtra

# A few packages of each are enough: pip installs all of an extra, or none of it.
_MODULES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "experiments": ("sqlalchemy", "alembic", "filelock", "platformdirs"),
        "figures": ("matplotlib", "plotly", "sqlalchemy"),
        "app": ("streamlit", "plotly", "sqlalchemy", "pynvml", "markdown_it"),
        "train": ("torch", "fastai", "rich", "sqlalchemy", "pynvml"),
        "ray": ("ray",),
    }
)


def missing_modules() -> dict[str, tuple[str, ...]]:
    """The modules that cannot be found, by extra. Nothing is imported."""
    return {
        extra: tuple(module for module in modules if not find_spec(module))
        for extra, modules in _MODULES.items()
    }


def require_extra(extra: str, *, needed_by: str) -> None:
    """Refuse to go on without the packages of an extra. Nothing is imported.

    Args:
        extra: ``"experiments"``, ``"figures"``, ``"app"``, ``"train"`` or ``"ray"``.
        needed_by: What cannot run without it, for the message.

    Raises:
        MissingExtra: A package of the extra is not installed.
    """
    if missing := missing_modules()[extra]:
        raise MissingExtra(extra, needed_by, missing)
