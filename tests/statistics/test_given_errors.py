"""``lossviz.verdict``: what it takes, gives and refuses."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lossviz
from lossviz.errors import InvalidInput

RATES = [0.08, 0.09, 0.07, 0.08, 0.09, 0.07]
FEWER = [0.05, 0.06, 0.06, 0.05, 0.07, 0.04]
NAN = float("nan")


def test_each_other_loss_gets_a_verdict() -> None:
    verdicts = lossviz.verdict(
        {"cross_entropy": RATES, "inverse": FEWER, "focal": RATES}, planned_seeds=6, images=100
    )
    assert list(verdicts) == ["inverse", "focal"]
    inverse = verdicts["inverse"]
    assert (inverse.word, inverse.seeds) == ("better", 6)
    assert inverse.difference == pytest.approx(-0.025)
    assert inverse.interval[0] < -0.025 < inverse.interval[1] < 0
    assert 0 < inverse.p < inverse.limit
    assert inverse.sentence.startswith("inverse is better than cross_entropy on 6 seeds: ")
    assert verdicts["focal"].word == "same"


@pytest.mark.parametrize(
    "spelled",
    [
        dict(enumerate(FEWER)),
        {np.int64(seed): np.float32(rate) for seed, rate in enumerate(FEWER)},
        dict(reversed(list(enumerate(FEWER)))),
        tuple(FEWER),
        np.array(FEWER),
    ],
    ids=["mapping", "of NumPy's numbers", "in another order", "tuple", "array"],
)
def test_error_rates_come_in_many_forms(spelled: Any) -> None:
    found = lossviz.verdict({"cross_entropy": RATES, "inverse": spelled}, images=100)["inverse"]
    plain = lossviz.verdict({"cross_entropy": RATES, "inverse": FEWER}, images=100)["inverse"]
    assert found.sentence == plain.sentence
    assert found.p == pytest.approx(plain.p, rel=1e-3)


def test_seeds_are_planned_for_as_many_as_are_given_unless_it_is_said() -> None:
    errors = {"cross_entropy": RATES, "inverse": FEWER}
    assert lossviz.verdict(errors)["inverse"].final
    more = lossviz.verdict(errors, planned_seeds=9)["inverse"]
    assert not more.final
    assert more.limit < lossviz.verdict(errors)["inverse"].limit
    fewer = lossviz.verdict(errors, planned_seeds=4)["inverse"]
    assert (fewer.final, fewer.added_seeds) == (True, 2)


def test_a_missing_seed_is_to_come_at_the_end_and_left_out_between() -> None:
    verdict = lossviz.verdict({"cross_entropy": RATES, "inverse": {0: 0.1, 2: 0.1, 3: 0.1}})
    assert (verdict["inverse"].seeds, verdict["inverse"].dropped) == (3, 1)
    assert not verdict["inverse"].final


def test_none_ended_without_a_rate_and_nan_diverged() -> None:
    errors = {"cross_entropy": RATES, "a": [None, *FEWER[1:]], "b": [NAN, *FEWER[1:]]}
    verdicts = lossviz.verdict(errors)
    assert (verdicts["a"].seeds, verdicts["a"].dropped, verdicts["a"].word) == (5, 1, "better")
    assert (verdicts["b"].diverged, verdicts["b"].word) == (1, "diverges")


def test_a_baseline_margin_and_training_images_are_taken() -> None:
    errors = {"a": RATES, "b": [0.09, 0.09, 0.08, 0.08, 0.1, 0.07]}
    assert lossviz.verdict(errors, "a", margin=0.1)["b"].word == "same"
    assert lossviz.verdict(errors, "a", images=100, training_images=400)["b"].sentence_new_images


REFUSED = {
    "no baseline": ({"a": RATES, "b": RATES}, {}, "'cross_entropy' is not among the losses"),
    "a typing error": (
        {"cross_entrpy": RATES, "b": RATES},
        {},
        "did you mean 'cross_entrpy'",
    ),
    "one loss": ({"cross_entropy": RATES}, {}, "another loss is needed"),
    "percentages": (
        {"cross_entropy": [8.1, 9.2], "b": [7.0, 8.0]},
        {},
        "cross_entropy has 8.1 for seed 0; divide percentages by 100",
    ),
    "a negative rate": ({"cross_entropy": [-0.1], "b": [0.1]}, {}, "between 0 and 1"),
    "an infinite rate": ({"cross_entropy": [float("inf")], "b": [0.1]}, {}, "between 0 and 1"),
    "a rate in words": ({"cross_entropy": ["low"], "b": [0.1]}, {}, "has 'low' for seed 0"),
    "a seed in words": ({"cross_entropy": {"first": 0.1}, "b": [0.1]}, {}, "has 'first'"),
    "a negative seed": ({"cross_entropy": {-1: 0.1}, "b": [0.1]}, {}, "whole number from 0 on"),
    "half a seed": ({"cross_entropy": {0.5: 0.1}, "b": [0.1]}, {}, "whole number from 0 on"),
    "no seed in common": (
        {"cross_entropy": {0: 0.1, 1: 0.1}, "b": {2: 0.1, 3: 0.1}},
        {},
        "share no seed",
    ),
    "no rates": ({"cross_entropy": [], "b": []}, {}, "no loss has an error rate"),
    "one number": ({"cross_entropy": 0.1, "b": 0.2}, {}, "must be a mapping of seeds"),
    "a text": ({"cross_entropy": "0.1", "b": "0.2"}, {}, "must be a mapping of seeds"),
    "no mapping": ([RATES, RATES], {}, "must map losses"),
    "a number for a loss": ({0: RATES, 1: RATES}, {}, "named by a text"),
    "no planned seeds": ({"cross_entropy": RATES, "b": RATES}, {"planned_seeds": 0}, "1 seed"),
    "no images": ({"cross_entropy": RATES, "b": RATES}, {"images": 0}, "images must be"),
    "no margin": ({"cross_entropy": RATES, "b": RATES}, {"margin": 0.0}, "margin"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_nonsense_is_refused_with_what_to_write(what: str) -> None:
    errors, options, reason = REFUSED[what]
    with pytest.raises(InvalidInput, match=reason):
        lossviz.verdict(errors, **options)


def test_import_lossviz_loads_no_scipy_and_a_verdict_no_scipy_stats() -> None:
    code = (
        "import sys, lossviz; print('scipy' in sys.modules);"
        " lossviz.verdict({'cross_entropy': [.1, .2, .1], 'b': [.1, .1, .2]});"
        " print('scipy.special' in sys.modules, 'scipy.stats' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == ["False", "True", "False"]


def test_the_docs_python_runs_as_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "verdict.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    exec(code, {})
    numbers, sentence = capsys.readouterr().out.splitlines()
    assert numbers.startswith("better -0.019")
    assert sentence.startswith("inverse is better than cross_entropy on 6 seeds: it misclassifies")
