"""The store as one visitor has it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lossviz.errors import InvalidInput, NotAllowed
from lossviz.experiments.access.guard import FRESH_S, NOT_THERE
from lossviz.experiments.access.names import MOST_CHARACTERS, comparison_name
from lossviz.experiments.access.visitor_store import VisitorStore
from lossviz.experiments.bench.annotations import LONGEST_NOTE, LONGEST_TAG, MOST_TAGS
from lossviz.experiments.permissions import Whose
from lossviz.experiments.visitors import PRIVATE_USER, Visitor
from tests.support.records import comparison
from tests.support.two_visitors import ANN, BOB, TwoVisitors, fill, two_visitors

READS: dict[str, Callable[[VisitorStore], object]] = {
    "comparison": lambda store: store.comparison("c"),
    "comparison data": lambda store: store.comparison_data("c"),
    "trials": lambda store: store.trials("c"),
    "preparation": lambda store: store.preparation("c"),
    "predictions": lambda store: store.predictions("c"),
    "epochs of a trial": lambda store: store.trial_epochs("c-0"),
    "error rates": lambda store: store.error_rates(["c-0"], most=10),
    "evaluation counts": lambda store: store.evaluation_counts(["c-0"]),
    "numbered evaluations": lambda store: store.numbered_evaluations(["c-0"], [0]),
    "evaluations near": lambda store: store.evaluations_near(["c-0"], at=1.0, within=0.1),
}
CHANGES: dict[str, Callable[[VisitorStore], object]] = {
    "rename": lambda store: store.rename("c", "mine now"),
    "share": lambda store: store.set_shared("c", True),
    "stop sharing": lambda store: store.set_shared("c", False),
    "export": lambda store: store.snapshot("c"),
    "note": lambda store: store.set_note("c", "mine now"),
    "tags": lambda store: store.set_tags("c", ["mine"]),
    "star": lambda store: store.set_starred("c", True),
}


@pytest.fixture
def both(tmp_path: Path) -> Iterator[TwoVisitors]:
    with two_visitors(tmp_path) as both:
        yield both


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_what_is_not_shared_is_not_there_for_others(both: TwoVisitors, read: Callable) -> None:
    assert read(both.side(ANN).store)
    with pytest.raises(NotAllowed, match=NOT_THERE):
        read(both.side(BOB).store)


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_what_is_shared_is_read_by_others_until_it_is_not(
    both: TwoVisitors, read: Callable
) -> None:
    both.side(ANN).store.set_shared("c", True)
    store = both.side(BOB).store
    assert read(store)
    both.side(ANN).store.set_shared("c", False)
    both.now += FRESH_S
    with pytest.raises(NotAllowed, match=NOT_THERE):
        read(store)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("shared", [False, True])
def test_nobody_changes_or_exports_another_s(
    both: TwoVisitors, change: Callable, shared: bool
) -> None:
    both.store.set_shared("c", shared)
    before = both.store.comparison("c")
    with pytest.raises(NotAllowed, match="only the visitor who started" if shared else NOT_THERE):
        change(both.side(BOB).store)
    assert both.store.comparison("c") == before


def test_a_comparison_that_is_hidden_is_refused_as_one_that_is_not_there(
    both: TwoVisitors,
) -> None:
    store = both.side(BOB).store
    said = []
    for id in ("c", "no such comparison"):
        with pytest.raises(NotAllowed) as refusal:
            store.comparison(id)
        said.append(str(refusal.value))
    assert len(set(said)) == 1


def test_a_visitor_s_own_come_first_then_the_newest(both: TwoVisitors) -> None:
    for id, owner, shared, created_at in (
        ("old", BOB.key, False, 1.0),
        ("new", BOB.key, True, 2e9),
        ("hidden", BOB.key, False, 3e9),
    ):
        stored = replace(comparison(id, created_at=created_at), owner=owner, shared=shared)
        both.store.add_comparison(stored)

    def seen(visitor: Visitor) -> list[str]:
        return [one.id for one in both.side(visitor).store.read_comparisons()[0]]

    assert seen(ANN) == ["c", "new"]
    assert seen(BOB) == ["hidden", "new", "old"]
    assert seen(Visitor()) == ["new"]
    assert seen(PRIVATE_USER) == ["hidden", "new", "c", "old"]
    assert seen(Visitor(key="d", is_deployer=True)) == ["hidden", "new", "c", "old"]


def test_rows_of_the_table_are_of_what_is_seen_and_say_whose_it_is(both: TwoVisitors) -> None:
    fill(both.store, owner=BOB.key, id="shared")
    both.store.set_shared("shared", True)
    fill(both.store, owner=BOB.key, id="hidden")

    def seen(visitor: Visitor) -> dict[str, Whose]:
        return {row.id: row.whose for row in both.side(visitor).store.bench_rows()[0]}

    assert seen(ANN) == {"c": Whose.OWN, "shared": Whose.SHARED}
    assert seen(BOB) == {"shared": Whose.OWN, "hidden": Whose.OWN}
    assert seen(Visitor()) == {"shared": Whose.SHARED}
    assert set(seen(PRIVATE_USER)) == {"c", "shared", "hidden"}


def test_what_its_owner_notes_is_kept_within_bounds(both: TwoVisitors) -> None:
    store = both.side(ANN).store
    store.set_note("c", " **again**, with \u202emore seeds\r\n\n- 10\x00 \n")
    store.set_tags("c", ["Paper", "label  noise", "paper", " "])
    store.set_starred("c", True)
    found = store.comparison("c")
    assert found.note == "**again**, with more seeds\n\n- 10"
    assert (found.tags, found.starred) == (("paper", "label noise"), True)
    with pytest.raises(InvalidInput, match=f"at most {LONGEST_NOTE} characters, this one"):
        store.set_note("c", "x" * (LONGEST_NOTE + 1))
    with pytest.raises(InvalidInput, match=f"at most {LONGEST_TAG} characters"):
        store.set_tags("c", ["x" * (LONGEST_TAG + 1)])
    with pytest.raises(InvalidInput, match=f"at most {MOST_TAGS} tags, these are 13"):
        store.set_tags("c", [f"tag {number}" for number in range(MOST_TAGS + 1)])
    assert store.comparison("c") == found
    store.set_note("c", "")
    store.set_tags("c", [])
    store.set_starred("c", False)
    assert store.comparison("c") == both.store.comparison("c")
    assert both.store.comparison("c") == replace(found, note="", tags=(), starred=False)


def test_what_cannot_be_read_is_named_to_its_owner_only(both: TwoVisitors) -> None:
    fill(both.store, owner=ANN.key, id="broken")
    with both.store._database.connection() as connection:
        connection.exec_driver_sql("UPDATE comparisons SET losses = 'no JSON' WHERE id = 'broken'")
    assert [row.id for row in both.side(ANN).store.read_comparisons()[1]] == ["broken"]
    assert both.side(BOB).store.read_comparisons()[1] == []


def test_a_trial_s_standard_error_is_exported_to_the_deployer_only(both: TwoVisitors) -> None:
    fill(both.store, owner=ANN.key, id="failed")
    from lossviz.experiments.records import TrialState

    both.store.move("failed-1", TrialState.RUNNING, now=1.0)
    both.store.move("failed-1", TrialState.FAILED, now=2.0, stderr="/home/ann/secret.py, line 1")
    texts = {
        who.key: [t.stderr for t in both.side(who).store.snapshot("failed").data.trials if t.stderr]
        for who in (ANN, PRIVATE_USER)
    }
    assert texts == {ANN.key: [], PRIVATE_USER.key: ["/home/ann/secret.py, line 1"]}


def test_a_name_stands_on_one_line_and_holds_nothing_invisible() -> None:
    assert comparison_name(" low \n\u202erates\x00 ") == "low rates"
    assert comparison_name("\u200b \t") == ""
    with pytest.raises(InvalidInput, match=f"at most {MOST_CHARACTERS} characters"):
        comparison_name("x" * (MOST_CHARACTERS + 1))


def test_a_name_is_kept_and_taken_away(both: TwoVisitors) -> None:
    store = both.side(ANN).store
    store.rename("c", "  the   first ")
    assert store.comparison("c").name == "the first"
    store.rename("c", "")
    assert store.comparison("c").name == ""
