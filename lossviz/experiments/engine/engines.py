"""The engines, by the name that ``LOSSVIZ_ENGINE`` gives them."""

from collections.abc import Mapping
from functools import partial
from typing import Final, Protocol

from lossviz.errors import InvalidInput, suggestion
from lossviz.experiments.engine.cluster.engine import ClusterEngine
from lossviz.experiments.engine.contract import Engine
from lossviz.experiments.engine.local import LocalEngine
from lossviz.experiments.folder_access import FolderAccess
from lossviz.experiments.quotas import UNLIMITED, Quotas
from lossviz.experiments.store.store import Store
from lossviz.extras import require_extra


class _Start(Protocol):
    def __call__(self, store: Store, *, folders: FolderAccess, quotas: Quotas) -> Engine: ...


ENGINES: Final[Mapping[str, _Start]] = {
    "local": LocalEngine,
    "ray": partial(ClusterEngine, kind="ray"),
    "slurm": partial(ClusterEngine, kind="slurm"),
}
_EXTRAS: Final = {"ray": "ray"}  # what an engine needs beside what training does


def start_engine(
    name: str, store: Store, folders: FolderAccess, *, quotas: Quotas = UNLIMITED
) -> Engine:
    """Start the engine of a name on a store.

    Args:
        name: A key of ``ENGINES``.
        store: Where trials are read from and reported to.
        folders: From where images may be read.
        quotas: What visitors may use.

    Raises:
        InvalidInput: No engine has this name.
        MissingExtra: What it needs is not installed.
        EngineError: It cannot start.

    Side effects: those of the engine.
    """
    if name not in ENGINES:
        known = tuple(ENGINES)
        raise InvalidInput(
            f"LOSSVIZ_ENGINE names no engine: {name!r}{suggestion(name, known) or '.'} Set it to"
            f" one of {', '.join(known)}."
        )
    if name in _EXTRAS:
        require_extra(_EXTRAS[name], needed_by=f"LOSSVIZ_ENGINE={name}")
    return ENGINES[name](store, folders=folders, quotas=quotas)
