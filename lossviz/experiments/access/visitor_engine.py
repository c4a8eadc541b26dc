"""An engine as one visitor has it: what they start is theirs, and they change nothing else."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from lossviz.errors import EngineError
from lossviz.experiments.access.guard import Guard
from lossviz.experiments.engine.contract import Engine
from lossviz.experiments.engine.previews import BatchPreview
from lossviz.experiments.event_log import log_event, visitor_label
from lossviz.experiments.machine import Machine
from lossviz.experiments.permissions import Action, require_known
from lossviz.experiments.quotas import Use
from lossviz.experiments.records import Comparison
from lossviz.experiments.settings import Settings


class VisitorEngine:
    """The methods of ``Engine`` that a page needs, each for comparisons that are the visitor's.

    Args:
        engine: Who runs the trials of all.
        guard: Whose it is.
        room_problem: Why nothing new may be trained; empty where there is room for what it reports.

    Raises:
        NotAllowed: From every method, where the visitor may not do this.
        QuotaExceeded, EngineError, StoreError, InvalidInput: As from ``Engine``.
    """

    def __init__(
        self, engine: Engine, guard: Guard, *, room_problem: Callable[[], str] = lambda: ""
    ) -> None:
        self._engine, self._guard, self._room_problem = engine, guard, room_problem

    @property
    def failure(self) -> str:
        """See ``Engine.failure``."""
        return self._engine.failure

    @property
    def machine(self) -> Machine:
        """See ``Engine.machine``."""
        return self._engine.machine

    @property
    def warming_up(self) -> bool:
        """See ``Engine.warming_up``."""
        return self._engine.warming_up

    def launch(self, comparison: Comparison) -> None:
        """Store a comparison as the visitor's own, seen by nobody else, and queue its trials."""
        self._require_known()
        self._require_room()
        self._engine.launch(replace(comparison, owner=self._guard.visitor.key, shared=False))

    def run_again(self, comparison_id: str) -> int:
        """See ``Engine.run_again``."""
        comparison = self._guard.require(Action.RUN_AGAIN, comparison_id)
        self._require_room()
        return self._engine.run_again(comparison)

    def add_seeds(self, comparison_id: str, count: int) -> Comparison:
        """See ``Engine.add_seeds``."""
        comparison = self._guard.require(Action.ADD_SEEDS, comparison_id)
        self._require_room()
        return self._engine.add_seeds(comparison, count)

    def place(self, comparison_id: str) -> int | None:
        """See ``Engine.place``."""
        self._guard.require_seen(comparison_id)
        return self._engine.place(comparison_id)

    def begins_in_s(self, comparison_id: str) -> float | None:
        """See ``Engine.begins_in_s``."""
        self._guard.require_seen(comparison_id)
        return self._engine.begins_in_s(comparison_id)

    def launch_refusal(self, comparison: Comparison) -> str:
        """See ``Engine.launch_refusal``; or that there is no room."""
        mine = replace(comparison, owner=self._guard.visitor.key)
        return self._room_problem() or self._engine.launch_refusal(mine)

    def usage(self) -> Mapping[str, Use]:
        """What the visitor and all visitors use of quotas, see ``Engine.usage``."""
        return self._engine.usage(self._guard.visitor.key)

    def stop(self, trial_ids: Iterable[str]) -> None:
        """See ``Engine.stop``."""
        ids = list(trial_ids)
        self._guard.require_of_trials(Action.STOP, ids)
        self._engine.stop(ids)

    def request_preview(self, recipe: str, settings: Settings) -> str:
        """See ``Engine.request_preview``. Its key opens the preview for whoever has it."""
        self._require_known()
        return self._engine.request_preview(recipe, settings, owner=self._guard.visitor.key)

    def request_images(self, comparison_id: str, rows: Sequence[int]) -> str:
        """Images of a comparison's data by their rows; see ``Engine.request_images``. Those of an
        upload are shown to whoever uploaded it, also where the comparison is shared.
        """
        comparison = self._guard.require(Action.SEE, comparison_id)
        visitor = self._guard.visitor
        return self._engine.request_images(
            comparison.recipe,
            comparison.settings,
            rows,
            owner=comparison.owner if visitor.owns_all else visitor.key,
        )

    def cancel_preview(self, key: str) -> None:
        """See ``Engine.cancel_preview``."""
        self._engine.cancel_preview(key)

    def preview(self, key: str) -> BatchPreview | None:
        """See ``Engine.preview``."""
        return self._engine.preview(key)

    def _require_known(self) -> None:
        require_known(self._guard.visitor)

    def _require_room(self) -> None:
        if problem := self._room_problem():
            visitor = visitor_label(self._guard.visitor.key)
            log_event("launch_refused", reason="disk", visitor=visitor)
            raise EngineError(problem)
