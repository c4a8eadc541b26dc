"""Choosing which comparison the training page shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from lossviz.experiments.optimizers import OPTIMIZERS
from lossviz.experiments.records import Comparison
from lossviz.experiments.store.building import UnreadableRow
from lossviz.losses.parsing import loss_from_spec
from lossviz.ui.markdown import count_of
from lossviz.ui.train.comparison_link import link_comparison, linked_comparison

_KEY = "comparison"  # of the control


def pick_comparison(
    comparisons: Sequence[Comparison], unreadable: Sequence[UnreadableRow] = ()
) -> Comparison:
    """Let the visitor choose among comparisons.

    Args:
        comparisons: At least one. The first is the newest, which is shown unless the address names
            another.
        unreadable: Those that cannot be shown; the address may name one of them.
    """
    by_id = {comparison.id: comparison for comparison in comparisons}
    linked = linked_comparison(by_id, [row.id for row in unreadable])
    for problem in linked.problems:
        st.warning(problem, icon=":material/link_off:")
    st.session_state[_KEY] = linked.value or comparisons[0].id
    picked = st.selectbox(
        "Comparison",
        list(by_id),
        format_func=lambda comparison_id: _title(by_id[comparison_id]),
        key=_KEY,
        on_change=_on_pick,
    )
    return by_id[picked]


def _on_pick() -> None:
    link_comparison(st.session_state[_KEY])


def _title(comparison: Comparison) -> str:
    created = datetime.fromtimestamp(comparison.created_at, UTC)
    names = ", ".join(loss_from_spec(spec).label for spec in comparison.losses)
    return " · ".join(
        (
            created.strftime("%d %b %Y, %H:%M:%S UTC"),
            comparison.recipe,
            OPTIMIZERS[comparison.settings.optimizer],
            count_of(comparison.seeds, "seed", "seeds"),
            names,
        )
    )
