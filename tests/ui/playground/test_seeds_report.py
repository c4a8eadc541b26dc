"""What a browser reports of trainings over seeds is believed within limits only."""

import json
from typing import Any

import pytest

from lossviz.errors import InvalidInput
from lossviz.ui.playground.seeds_report import LONGEST, read_report

REPORT: dict[str, Any] = {
    "losses": ["cross_entropy", "generalized:q=0.7"],
    "seeds": [1, 2, 3, 4],
    "steps": 500,
    "test_points": 200,
    "training_points": 100,
    "draws": "points",
    "by_hand": False,
    "best_rates": False,
    "wrong": [[20, 10], [30, None], [0, 200]],
}


def test_seeds_that_have_not_ended_are_still_to_come() -> None:
    first, second = read_report(json.dumps(REPORT)).runs()
    assert first.errors == {1: 0.1, 2: 0.15, 3: 0.0}
    assert second.errors == {1: 0.05, 3: 1.0}
    assert second.diverged == {2}
    assert first.waiting == second.waiting == {4}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"losses": ["cross_entropy"]}, "2 to 4 different losses"),
        ({"losses": ["cross_entropy"] * 2}, "2 to 4 different losses"),
        ({"losses": ["a", "b", "c", "d", "e"]}, "2 to 4 different losses"),
        ({"losses": ["cross_entropy", "p" * 1001]}, "text of 1 to 1000 characters"),
        ({"losses": "ab"}, "losses must be a list"),
        ({"seeds": [1, 1, 2]}, "different seeds"),
        ({"seeds": list(range(51))}, "1 to 50"),
        ({"seeds": [-1, 2]}, "a seed must be a whole number"),
        ({"seeds": [True, 2]}, "a seed must be a whole number"),
        ({"steps": 0}, "steps must be"),
        ({"steps": 1e9}, "steps must be"),
        ({"test_points": 0}, "test_points must be"),
        ({"test_points": 10**9}, "test_points must be"),
        ({"training_points": None}, "training_points must be"),
        ({"draws": "<script>"}, "draws must be"),
        ({"draws": ["points"]}, "draws must be"),
        ({"wrong": [[20, 10]] * 5}, "5 results of 4 seeds"),
        ({"wrong": [[20]]}, "a result for each loss"),
        ({"wrong": [20, 10]}, "a result for each loss"),
        ({"wrong": [[20, 201]]}, "from 0 to 200"),
        ({"wrong": [[20, 0.5]]}, "from 0 to 200"),
        ({"wrong": None}, "wrong must be a list"),
    ],
)
def test_what_makes_no_sense_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        read_report(json.dumps({**REPORT, **changes}))


@pytest.mark.parametrize("text", ["", "nonsense", "[1]", "NaN", "[" * 5000, "1" * (LONGEST + 1)])
def test_what_is_no_report_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_report(text)


def test_infinite_numbers_are_refused() -> None:
    text = json.dumps(REPORT).replace('"steps": 500', '"steps": Infinity')
    with pytest.raises(InvalidInput, match="steps must be"):
        read_report(text)
