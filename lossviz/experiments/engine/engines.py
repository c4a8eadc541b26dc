"""The engines, by the name that ``LOSSVIZ_ENGINE`` gives them."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from lossviz.errors import InvalidInput, suggestion
from lossviz.experiments.engine.cluster.engine import ClusterEngine
from lossviz.experiments.engine.contract import Engine
from lossviz.experiments.engine.local import LocalEngine
from lossviz.experiments.store.store import Store

ENGINES: Final[Mapping[str, Callable[[Store], Engine]]] = {
    "local": LocalEngine,
    "ray": partial(ClusterEngine, kind="ray"),
    "slurm": partial(ClusterEngine, kind="slurm"),
}


def start_engine(name: str, store: Store) -> Engine:
    """Start the engine of a name on a store.

    Raises:
        InvalidInput: No engine has this name.
        EngineError: It cannot start.

    Side effects: those of the engine.
    """
    if name not in ENGINES:
        known = tuple(ENGINES)
        raise InvalidInput(
            f"LOSSVIZ_ENGINE names no engine: {name!r}{suggestion(name, known) or '.'} Set it to"
            f" one of {', '.join(known)}."
        )
    return ENGINES[name](store)
