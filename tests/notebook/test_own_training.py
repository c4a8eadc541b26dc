"""Trainings of a user's own join the comparison that they name: the first fixes its plan, the
others come in any order, and two at once do not get in each other's way.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from lossviz.errors import InvalidInput
from lossviz.experiments.own_training import OwnRun, join_comparison
from lossviz.experiments.recipes import OWN_TRAINING, RECIPES
from lossviz.experiments.records import Origin, TrialState
from lossviz.experiments.settings import OwnSettings
from lossviz.experiments.store.leases import NOTEBOOK, Lease
from lossviz.experiments.store.store import Store

RUN = OwnRun(comparison="pets", loss="inverse", seed=7, settings=OwnSettings(network="resnet18"))


def held(store: Store, id: str = "n") -> Store:
    """The store of a notebook."""
    store.leases.add(id, host="h", kind=NOTEBOOK, version="1", lease_s=60.0)
    return store.held_by(Lease(id))


def test_the_first_training_makes_the_comparison_and_its_plan(store: Store) -> None:
    run = replace(RUN, losses=("cross_entropy", "inverse"), planned_seeds=3, class_names=("a", "b"))
    trial = join_comparison(held(store), run, now=5.0)
    assert (trial.state, trial.seed, trial.started_at) == (TrialState.RUNNING, 7, 5.0)
    found = store.comparison(trial.comparison_id)
    assert found is not None
    assert (found.name, found.recipe, found.origin) == ("pets", OWN_TRAINING.key, Origin.NOTEBOOK)
    assert found.losses == ("cross_entropy", "inverse")
    assert (found.plan.baseline, found.plan.seeds, found.seeds) == ("cross_entropy", 3, 3)
    assert found.settings == OwnSettings(network="resnet18")
    assert store.preparation(found.id).class_names == ("a", "b")
    assert [(each.id, each.engine) for each in store.trials(found.id)] == [(trial.id, "n")]


def test_without_a_plan_one_seed_is_planned_and_all_others_are_added_after_looking(
    store: Store,
) -> None:
    own = held(store)
    for loss in ("inverse", "function:focal"):
        for seed in (7, 900, 3):
            join_comparison(own, replace(RUN, loss=loss, seed=seed), now=5.0)
    found = store.named_comparison(OWN_TRAINING.key, "pets")
    assert found is not None
    assert (found.losses, found.plan.baseline) == (("inverse", "function:focal"), "inverse")
    assert (found.plan.seeds, found.seeds, found.added_seeds) == (1, 3, 2)
    trials = store.trials(found.id)
    assert [trial.seed for trial in trials] == [7, 900, 3, 7, 900, 3]
    assert [trial.position for trial in trials] == list(range(6))


def test_the_same_loss_and_seed_again_is_the_next_attempt(store: Store) -> None:
    own = held(store)
    first = join_comparison(own, RUN, now=1.0)
    again = join_comparison(own, RUN, now=2.0)
    assert (again.position, again.attempt) == (first.position, 2)
    assert [trial.id for trial in store.trials(first.comparison_id)] == [again.id]


@pytest.mark.parametrize(
    ("change", "named"), [({"planned_seeds": 4}, "seeds=4"), ({"baseline": "brier"}, "baseline=")]
)
def test_a_training_with_another_plan_is_refused(
    store: Store, change: dict[str, object], named: str
) -> None:
    own = held(store)
    trial = join_comparison(own, RUN, now=1.0)
    with pytest.raises(InvalidInput, match=named):
        join_comparison(own, replace(RUN, **change), now=2.0)
    assert len(store.trials(trial.comparison_id)) == 1


def test_a_deleted_or_renamed_comparison_gets_no_more_trainings(store: Store) -> None:
    own = held(store)
    first = join_comparison(own, RUN, now=1.0)
    store.rename(first.comparison_id, "other pets")
    assert join_comparison(own, RUN, now=2.0).comparison_id != first.comparison_id


def test_notebooks_that_begin_at_once_make_one_comparison_of_distinct_trials(
    open_store: Callable[[], Store],
) -> None:
    def begin(seed: int) -> str:
        own = held(open_store(), id=f"notebook {seed}")
        return join_comparison(own, replace(RUN, seed=seed), now=1.0).comparison_id

    with ThreadPoolExecutor(4) as pool:
        ids = set(pool.map(begin, range(8)))
    (id,) = ids
    store = open_store()
    trials = store.trials(id)
    assert sorted(trial.seed for trial in trials) == list(range(8))
    assert len({trial.position for trial in trials}) == 8
    found = store.comparison(id)
    assert found is not None
    assert found.seeds == 8


def test_it_cannot_be_launched() -> None:
    assert OWN_TRAINING.key not in RECIPES


@pytest.mark.parametrize(
    "change", [{"seed": -1}, {"planned_seeds": 0}, {"loss": "function:"}, {"losses": ("p +",)}]
)
def test_nonsense_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        replace(RUN, **change)
