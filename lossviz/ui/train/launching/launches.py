"""What this session launches."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, replace
from typing import Final, TypedDict, cast

import streamlit as st

from lossviz.errors import LossvizError
from lossviz.experiments.access.names import comparison_name
from lossviz.experiments.access.visitor_engine import VisitorEngine
from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.records import Comparison, RateSearch
from lossviz.experiments.settings import Settings
from lossviz.ui.messages import error_text
from lossviz.ui.train.comparison_link import link_comparison
from lossviz.ui.train.launching.form_folding import fold_form

_LAUNCHES: Final = "launches"  # key of the session


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a visitor asks to be trained; nothing of it has been validated yet.

    Attributes:
        recipe: The recipe's key.
        losses: As ``loss_from_spec`` reads them.
        seeds: How many for each loss.
        baseline: One of the losses; None for the usual one.
        settings: How it is trained; None where that cannot be said.
        rate_search: How each loss's learning rate is chosen; None where all take the same.
        name: What it will be called; empty for none.
    """

    recipe: str
    losses: tuple[str, ...]
    seeds: int
    baseline: str | None = None
    settings: Settings | None = None
    rate_search: RateSearch | None = None
    name: str = ""

    @property
    def trials(self) -> int:
        """How many trials are judged."""
        return len(self.losses) * self.seeds

    @property
    def search_trials(self) -> int:
        """How many trials look for learning rates, at least: a search goes on where the best rate
        lies at the edge of what was tried.
        """
        if self.rate_search is None:
            return 0
        return len(self.losses) * len(self.rate_search.factors) * len(self.rate_search.seeds)

    def comparison(self) -> Comparison:
        """What it asks for, validated.

        Raises:
            LossvizError: It makes no comparison.
        """
        planned = plan_comparison(
            id=uuid.uuid4().hex[:12],
            recipe=self.recipe,
            losses=self.losses,
            seeds=self.seeds,
            created_at=time.time(),
            settings=self.settings,
            baseline=self.baseline,
            rate_search=self.rate_search,
        )
        return replace(planned, name=comparison_name(self.name))

    def with_rate_search(self, search: RateSearch) -> Request:
        """The same, with each loss at its best learning rate."""
        return replace(self, rate_search=search)


class Launch(TypedDict):
    """What is remembered of a launch; plain data, as it outlives a reload of the code.

    Attributes:
        experiment: Key of the named experiment; empty for the visitor's own.
        guess: The loss that the visitor expected to end with the fewest errors; empty for none.
    """

    experiment: str
    guess: str


def launch(
    engine: VisitorEngine, request: Request, *, experiment: str = "", guess: str = ""
) -> None:
    """Launch a comparison, show it, and fold the form away.

    Args:
        engine: Trains it.
        request: What to train.
        experiment: See ``Launch``.
        guess: See ``Launch``.

    Raises:
        LossvizError: The request makes no comparison, or the engine cannot take it.

    Side effects: stores the comparison, queues its trials, writes the page's address, changes the
    session and runs the page again.
    """
    comparison = request.comparison()
    engine.launch(comparison)
    link_comparison(comparison.id)
    _launches()[comparison.id] = Launch(experiment=experiment, guess=guess)
    fold_form()
    st.rerun()


def refusal_of(engine: VisitorEngine | None, request: Request) -> str:
    """Why a request would be refused now; empty where it would not.

    Side effects: reads the store.
    """
    try:
        comparison = request.comparison()
    except LossvizError as error:
        return error_text(error)
    return engine.launch_refusal(comparison) if engine else ""


def launch_of(comparison_id: str) -> Launch | None:
    """How this session launched a comparison; None where it did not."""
    return _launches().get(comparison_id)


def launched_here(comparison_id: str) -> bool:
    """Whether this session has launched a comparison: its race may ask for attention."""
    return comparison_id in _launches()


def _launches() -> dict[str, Launch]:
    return cast(dict[str, Launch], st.session_state.setdefault(_LAUNCHES, {}))
