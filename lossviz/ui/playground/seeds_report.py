"""What the browser reports of trainings over several seeds. Like everything that comes from a
browser it is believed only within limits.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from lossviz.errors import InvalidInput
from lossviz.statistics.runs import LossRuns

LONGEST: Final = 20_000  # characters
MOST_SEEDS: Final = 50
MOST_LOSSES: Final = 4
MOST_POINTS: Final = 10_000
MOST_STEPS: Final = 100_000
MOST_SEED: Final = 2**32 - 1
_LONGEST_SPEC: Final = 1000
DRAWS: Final = ("points", "images", "test points")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedsReport:
    """Trainings over seeds.

    Attributes:
        losses: As one string each; the first is the baseline.
        seeds: All that were planned.
        steps: How many each training was to take.
        test_points: How many the errors were counted on.
        training_points: How many were trained on.
        draws: What a seed draws anew: all "points" from a distribution, "images" from a fixed set,
            or "test points" only, as a hand has drawn the training points.
        by_hand: Whether a hand has drawn or moved training points beside those that are drawn.
        best_rates: Whether each loss had a learning rate of its own.
        wrong: By seed that has ended, for each loss how many test points were misclassified; None
            where the training diverged.
    """

    losses: tuple[str, ...]
    seeds: tuple[int, ...]
    steps: int
    test_points: int
    training_points: int
    draws: str
    by_hand: bool
    best_rates: bool
    wrong: Mapping[int, tuple[int | None, ...]]

    def runs(self) -> list[LossRuns]:
        """The same as the verdict reads it."""
        return [
            LossRuns(
                loss=loss,
                errors={
                    seed: wrong / self.test_points
                    for seed, row in self.wrong.items()
                    if (wrong := row[place]) is not None
                },
                diverged=frozenset(seed for seed, row in self.wrong.items() if row[place] is None),
                waiting=frozenset(self.seeds) - self.wrong.keys(),
            )
            for place, loss in enumerate(self.losses)
        ]


def read_report(text: str) -> SeedsReport:
    """The report that a browser sent.

    Raises:
        InvalidInput: It is none, or beyond the limits above.
    """
    if len(text) > LONGEST:
        raise InvalidInput(f"a report over seeds has at most {LONGEST:,} characters")
    try:
        report = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidInput("a report over seeds must be JSON") from None
    if not isinstance(report, dict):
        raise InvalidInput("a report over seeds must be a JSON object")
    losses = _texts(report, "losses", longest=_LONGEST_SPEC)
    if not 2 <= len(set(losses)) == len(losses) <= MOST_LOSSES:
        raise InvalidInput(f"2 to {MOST_LOSSES} different losses are compared over seeds")
    seeds = tuple(_whole(seed, "a seed", 0, MOST_SEED) for seed in _list(report, "seeds"))
    if not 1 <= len(set(seeds)) == len(seeds) <= MOST_SEEDS:
        raise InvalidInput(f"1 to {MOST_SEEDS} different seeds can be planned")
    if report.get("draws") not in DRAWS:
        raise InvalidInput(f"draws must be one of {', '.join(DRAWS)}")
    test_points = _whole(report.get("test_points"), "test_points", 1, MOST_POINTS)
    return SeedsReport(
        losses=losses,
        seeds=seeds,
        steps=_whole(report.get("steps"), "steps", 1, MOST_STEPS),
        test_points=test_points,
        training_points=_whole(report.get("training_points"), "training_points", 1, MOST_POINTS),
        draws=report["draws"],
        by_hand=report.get("by_hand") is True,
        best_rates=report.get("best_rates") is True,
        wrong=_wrong(report, seeds, len(losses), test_points),
    )


def _wrong(
    report: Mapping[str, Any], seeds: tuple[int, ...], losses: int, test_points: int
) -> dict[int, tuple[int | None, ...]]:
    rows = _list(report, "wrong")
    if len(rows) > len(seeds):
        raise InvalidInput(f"there are {len(rows)} results of {len(seeds)} seeds")
    if not all(isinstance(row, list) and len(row) == losses for row in rows):
        raise InvalidInput("each seed needs a result for each loss")
    return {
        seed: tuple(
            None if wrong is None else _whole(wrong, "a number of wrong points", 0, test_points)
            for wrong in row
        )
        for seed, row in zip(seeds, rows, strict=False)
    }


def _list(report: Mapping[str, Any], name: str) -> list[Any]:
    values = report.get(name)
    if not isinstance(values, list):
        raise InvalidInput(f"{name} must be a list")
    return values


def _texts(report: Mapping[str, Any], name: str, *, longest: int) -> tuple[str, ...]:
    return tuple(_text(value, name, longest) for value in _list(report, name))


def _text(value: object, name: str, longest: int) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= longest:
        raise InvalidInput(f"{name} must be text of 1 to {longest} characters")
    return value


def _whole(value: object, name: str, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise InvalidInput(f"{name} must be a whole number from {least} to {most:,}")
    return value
