"""What lossviz says about factors, optimisers and wrong labels is true of its trainings.

``lossviz bench claims`` trains all of it, over three seeds; here one seed is trained, wrong labels
for two epochs only.
"""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from lossviz.experiments.benchmarks.training_claims import (
    CLAIMS,
    RUNS,
    SAME,
    SETUPS,
    WORSE,
    Claim,
    read_markdown_table,
    verdicts,
)
from lossviz.training.trial import run_trial
from tests.support.lengths import light_first
from tests.support.trials import RecordedTrial

pytestmark = pytest.mark.usefixtures("one_thread")
DOCS = Path(__file__).parents[2] / "docs" / "training.md"


@cache
def error_rate(setup: str, loss: str) -> float:
    recorded = RecordedTrial()
    settings = replace(SETUPS[setup], unfrozen_epochs=1)
    run_trial(recipe="digits", loss=loss, seed=0, settings=settings, emit=recorded.record)
    return recorded.error_rates[-1]


@pytest.mark.parametrize(
    "claim",
    light_first(*(claim for claim in CLAIMS if not claim.trained_long)),
    ids=lambda claim: claim.sentence,
)
def test_a_training_of_one_seed_agrees(claim: Claim) -> None:
    for first, second in claim.pairs:
        rates = error_rate(*first), error_rate(*second)
        print(f"\n{first}: {rates[0]:.4f}; {second}: {rates[1]:.4f}")
        assert claim.holds(*rates), (first, second)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.sentence)
def test_the_docs_say_it_and_the_numbers_that_they_print_agree(claim: Claim) -> None:
    text = DOCS.read_text()
    assert claim.sentence in " ".join(text.split())
    assert claim.is_true(read_markdown_table(text))


def test_the_docs_print_every_training_that_bench_claims_runs() -> None:
    means = read_markdown_table(DOCS.read_text())
    assert means.keys() == {(setup, loss) for setup, losses in RUNS.items() for loss in losses}


def test_a_claim_that_the_numbers_contradict_is_said_not_to_hold() -> None:
    means = dict(read_markdown_table(DOCS.read_text()))
    assert all(line.startswith("holds: ") for line in verdicts(means))
    means["adam", "-1000*log(p)"] += SAME + WORSE
    assert [line.split(":")[0] for line in verdicts(means)].count("DOES NOT HOLD") == 1
