"""Reading all comparisons as rows of the table."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from lossviz.errors import LossvizError, StoreError
from lossviz.experiments.bench.bench_row import BenchRow, bench_row
from lossviz.experiments.bench.bench_summary import (
    NOTHING_KNOWN,
    BenchSummary,
    summarise_comparison,
    summary_json,
    summary_key,
    summary_of,
)
from lossviz.experiments.comparison_data import read_comparison_data
from lossviz.experiments.judging.judgement import judge_comparison
from lossviz.experiments.records import Comparison
from lossviz.experiments.store.building import UnreadableRow
from lossviz.experiments.store.store import Store
from lossviz.experiments.store.trial_counts import NO_TRIALS

SUMMED_UP_FOR_S = 0.25  # a page waits so long for comparisons that nobody has looked at yet


def read_bench(
    store: Store,
    *,
    visitor: str | None = None,
    within_s: float | None = SUMMED_UP_FOR_S,
    clock: Callable[[], float] = time.time,
) -> tuple[list[BenchRow], list[UnreadableRow]]:
    """All comparisons that a visitor sees, newest first; and those that this version can make
    nothing of.

    What came of each is kept in the database, and made anew where it has changed since: of one that
    has ended that is so once. After another lossviz was installed it is so for all, which would
    take seconds; so it ends after a while, and the rows that are left have no summary until the
    next look goes on.

    Args:
        store: Where they are.
        visitor: Key of a visitor: only what is theirs, or shared. None for all.
        within_s: For how long summaries are made, in seconds; None until all are.
        clock: Seconds since the epoch.

    Raises:
        StoreError: The database cannot be read.

    Side effects: reads the database; writes summaries to it, where it can be written.
    """
    comparisons, unreadable = store.read_comparisons(visitor=visitor)
    counts, kept = store.trial_counts(), store.summaries()
    now, began = clock(), time.monotonic()
    summaries: dict[str, BenchSummary | None] = {}
    made: dict[str, tuple[str, str]] = {}
    for comparison in comparisons:
        key = summary_key(comparison, counts.get(comparison.id, NO_TRIALS))
        known_as, text = kept.get(comparison.id, ("", ""))
        summary = summary_of(text) if known_as == key else None
        if summary is None and (within_s is None or time.monotonic() - began < within_s):
            summary = _summarised(store, comparison)
            made[comparison.id] = (key, summary_json(summary))
        summaries[comparison.id] = summary
    if made:
        with suppress(StoreError):  # a full disk, or another app that writes the same
            store.keep_summaries(made)
    rows = [
        bench_row(each, counts.get(each.id, NO_TRIALS), summaries[each.id], now=now)
        for each in comparisons
    ]
    return rows, unreadable


def _summarised(store: Store, comparison: Comparison) -> BenchSummary:
    data = read_comparison_data(store, comparison)
    try:
        judgement = judge_comparison(data)
    except (LossvizError, ArithmeticError):  # that must not hide the others
        return NOTHING_KNOWN
    return summarise_comparison(judgement, (*data.search_trials, *data.trials))
