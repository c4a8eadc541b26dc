"""Comparisons with all that trials can report: one that is written out, and generated ones."""

import math
from dataclasses import replace

from hypothesis import strategies as st

from lossviz.experiments.bench.annotations import comparison_note, comparison_tags
from lossviz.experiments.comparison_records import ComparisonRecords
from lossviz.experiments.confidence_bins import BINS
from lossviz.experiments.fingerprints import PARTS
from lossviz.experiments.records import (
    BatchLoss,
    Comparison,
    EpochMetrics,
    Evaluation,
    Phase,
    Predictions,
    Preparation,
    Purpose,
    RateSearch,
    TemperatureScaling,
    Trial,
    TrialState,
    trial_id,
)
from tests.support.records import comparison, evaluation, metrics, predictions

ENDED = sorted(state for state in TrialState if state.ended)


def recorded(**changes: object) -> ComparisonRecords:
    """A comparison of two losses and two seeds in which every field says something."""
    planned = replace(
        comparison(rate_search=RateSearch()),
        name="low rates",
        note="**Why** this: see <https://example.org>",
        tags=("digits", "küche"),
        **changes,
    )
    trials = [_finished(trial) for trial in planned.trials()]
    searched = replace(
        _finished(trials[0]),
        id=trial_id(planned.id, 0, purpose=Purpose.SEARCH),
        seed=1000,
        purpose=Purpose.SEARCH,
    )
    ids = [trial.id for trial in (*trials, searched)]
    return ComparisonRecords(
        comparison=planned,
        preparation=Preparation(done=True, learning_rate=4e-3, threads=2, notes=("one note",)),
        trials=[*trials, searched],
        epochs={id: [metrics(1), metrics(2, valid_loss=math.inf)] for id in ids},
        evaluations={id: [evaluation(0.0), evaluation(1.0, valid_loss=None)] for id in ids},
        batches={
            id: [
                BatchLoss(at=at / 4, loss=2.5 - at, learning_rate=1e-3, seconds=at) for at in (1, 2)
            ]
            for id in ids
        },
        predictions={id: predictions() for id in ids},
        fingerprints={id: dict.fromkeys(PARTS, "0123456789abcdef") for id in ids},
    )


def _finished(trial: Trial) -> Trial:
    return replace(
        trial,
        state=TrialState.FINISHED,
        progress=1.0,
        images_per_s=1234.5,
        memory_mb=300.25,
        origin="pretrained letters",
        started_at=1e9 + trial.position,
        ended_at=1e9 + trial.position + 1.5,
        learning_rate=4e-3,
        training_images=1438,
        validation_images=359,
        device="processor",
        precision="32-bit",
        versions="lossviz 1.0, torch 2.9",
    )


finite = st.floats(allow_nan=False, allow_infinity=False, width=64)
positive = st.floats(min_value=0.0, max_value=1e9)
shares = st.floats(min_value=0.0, max_value=1.0)
counts = st.integers(min_value=0, max_value=10_000)
# what a file may hold: no control characters but tabs and line breaks, no halves of characters
texts = st.text(st.characters(exclude_categories=["Cc", "Cs"], include_characters="\t\n"))
names = st.text("abc äöü-09αβ中", max_size=20).map(lambda text: " ".join(text.split()))


def _tuples(of: st.SearchStrategy[object], size: int) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(of, min_size=size, max_size=size).map(tuple)


epochs = st.builds(
    EpochMetrics,
    phase=st.sampled_from(Phase),
    epoch=st.integers(min_value=1, max_value=50),
    train_loss=st.floats(),
    valid_loss=st.floats(),
    error_rate=shares,
    seconds=positive,
)
evaluations = st.sampled_from([20, BINS]).flatmap(
    lambda bins: st.builds(
        Evaluation,
        at=positive,
        error_rate=shares,
        histogram=_tuples(counts, bins),
        seconds=st.none() | positive,
        brier=st.none() | positive,
        nll=st.none() | finite,
        valid_loss=st.none() | st.floats(allow_nan=False),
        gradient=st.just(()) | _tuples(finite, bins),
    )
)
batches = st.builds(
    BatchLoss, at=positive, loss=finite, learning_rate=finite, seconds=st.none() | positive
)
scalings = st.builds(
    TemperatureScaling,
    temperature=st.floats(min_value=1e-9, max_value=1e9),
    images=counts,
    nll_before=finite,
    nll_after=finite,
    brier_before=finite,
    brier_after=finite,
)
predicted = st.integers(min_value=0, max_value=4).flatmap(
    lambda images: st.builds(
        Predictions,
        rows=_tuples(counts, images),
        targets=_tuples(st.integers(0, 9), images),
        predicted=_tuples(st.integers(0, 9), images),
        p_true=_tuples(shares, images),
        confidence=_tuples(shares, images),
        temperature=st.none() | scalings,
    )
)
preparations = st.builds(
    Preparation,
    stage=texts,
    share=shares,
    done=st.booleans(),
    learning_rate=st.none() | positive,
    at_once=st.integers(1, 9),
    threads=st.integers(1, 9),
    classes=st.none() | st.just(10),
    notes=st.lists(texts, max_size=2).map(tuple),
    class_names=st.just(()) | _tuples(texts, 10),
    accelerators=counts,
    trial_mb=st.none() | positive,
    context_mb=st.none() | positive,
    free_mb=st.none() | positive,
    fit_in_memory=st.none() | st.integers(1, 9),
)


@st.composite
def comparison_records(draw: st.DrawFn, id: str = "generated") -> ComparisonRecords:
    """Any comparison of digits that has ended, with anything that its trials may have reported."""
    planned = replace(
        comparison(
            id=id,
            seeds=draw(st.integers(1, 2)),
            created_at=draw(st.floats(0, 2e9)),
            rate_search=draw(st.none() | st.just(RateSearch())),
        ),
        name=draw(names),
        note=comparison_note(draw(texts)),
        tags=comparison_tags(draw(st.lists(names, max_size=2))),
    )
    trials = [_with_anything(draw, trial) for trial in planned.trials()]
    if planned.rate_search:
        trials += [
            _searched(draw, planned, position) for position in range(draw(st.integers(0, 2)))
        ]
    ids = [trial.id for trial in trials]
    some = st.sampled_from(ids)
    listed = {
        name: draw(st.dictionaries(some, st.lists(of, min_size=1, max_size=2), max_size=2))
        for name, of in (("epochs", epochs), ("evaluations", evaluations), ("batches", batches))
    }
    parts = st.dictionaries(
        st.sampled_from([*PARTS]), st.from_regex("[0-9a-f]{16}", fullmatch=True)
    )
    return ComparisonRecords(
        comparison=planned,
        preparation=draw(preparations),
        trials=trials,
        **listed,
        predictions=draw(st.dictionaries(some, predicted, max_size=2)),
        fingerprints={id: found for id in ids if (found := draw(parts))},
    )


def _with_anything(draw: st.DrawFn, trial: Trial) -> Trial:
    attempt = draw(st.integers(1, 3))
    return replace(
        trial,
        id=trial_id(trial.comparison_id, trial.position, purpose=trial.purpose, attempt=attempt),
        attempt=attempt,
        state=draw(st.sampled_from(ENDED)),
        reason=draw(texts),
        progress=draw(shares),
        images_per_s=draw(st.none() | positive),
        memory_mb=draw(st.none() | positive),
        origin=draw(texts),
        started_at=draw(st.none() | positive),
        ended_at=draw(st.none() | positive),
        stderr=draw(texts),
        learning_rate=draw(st.none() | st.floats(1e-9, 1.0)),
        training_images=draw(st.none() | st.integers(1, 10_000)),
        validation_images=draw(st.none() | st.integers(1, 10_000)),
        device=draw(texts),
        precision=draw(texts),
        busy=draw(st.none() | shares),
        versions=draw(texts),
    )


def _searched(draw: st.DrawFn, planned: Comparison, position: int) -> Trial:
    trial = Trial(
        id="",
        comparison_id=planned.id,
        position=position,
        loss=draw(st.sampled_from(planned.losses)),
        seed=1000 + position,
        purpose=Purpose.SEARCH,
    )
    return _with_anything(draw, trial)
