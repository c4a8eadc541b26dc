"""What a race's chart in the browser is sent, for tests of its scripts."""

from collections.abc import Mapping, Sequence
from typing import Any

from lossviz.experiments.feed import pack

CROSS_ENTROPY = {
    "spec": "cross_entropy", "label": "cross-entropy", "color": "#1d62c9", "dash": "solid",
    "lowest": 0.0,
}  # fmt: skip
DOT_PRODUCT = {
    "spec": "dot_product", "label": "dot product", "color": "#e37327", "dash": "dash",
    "lowest": -1.0,
}  # fmt: skip
ERROR_RATES = {
    "kinds": ["evaluations", "epochs"], "column": "error_rate", "relative": False,
    "over": "at", "scale": 1, "fromBest": False, "smoothing": 0, "factor": 1, "digits": 3,
    "suffix": "", "together": False,
}  # fmt: skip


def trial_row(
    key: int, *, loss: int = 0, seed: int = 0, attempt: int = 1, state: str = "finished",
    started_at: float | None = 100.0, ended_at: float | None = 110.0, position: int | None = None,
) -> list[object]:  # fmt: skip
    """A trial as ``Feed.since`` sends it."""
    place = key if position is None else position
    return [key, loss, seed, place, attempt, state, started_at, ended_at]


def block(
    rows: Sequence[tuple[float, ...]], *, values: Sequence[str], after: int = 0, upto: int = 0
) -> dict[str, object]:
    """Rows of cursor, trial, at, seconds and values as ``Feed.since`` sends them."""
    names = ("cursor", "trial", "at", "seconds", *values)
    return {
        "after": after,
        "upto": upto or int(max((row[0] for row in rows), default=after)),
        "columns": {name: pack([row[i] for row in rows]) for i, name in enumerate(names)},
    }


def message(
    trials: Sequence[Sequence[object]], rows: Mapping[str, object], **changes: object
) -> dict[str, Any]:
    """A message that holds all that there is."""
    return {
        "feed": "f",
        "trials": {"after": 0, "upto": 1, "rows": trials},
        "rows": rows,
        "thinned": False,
        "most": 1000,
        **changes,
    }


def lines_message(
    lines: Mapping[tuple[int, int], Sequence[float]],
    *,
    states: Mapping[tuple[int, int], str] | None = None,
    kind: str = "evaluations",
    column: str = "error_rate",
) -> dict[str, Any]:
    """A message with one line of values at 0, 1, 2, … for each loss and seed.

    Args:
        lines: Values by place of the loss and seed.
        states: Of trials that have not finished.
        kind: See ``POINT_KINDS``.
        column: Which column the values are of.
    """
    trials, rows = [], []
    for key, ((loss, seed), values) in enumerate(lines.items()):
        state = (states or {}).get((loss, seed), "finished")
        trials.append(trial_row(key, loss=loss, seed=seed, state=state))
        rows += [
            (len(rows) + number + 1, key, number, number / 2, value)
            for number, value in enumerate(values)
        ]
    return message(trials, {kind: block(rows, values=[column])})
