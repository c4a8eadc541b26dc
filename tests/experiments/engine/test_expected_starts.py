"""When comparisons that wait will begin, from whose turn it is and from how long trials take."""

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from lossviz.experiments.engine.expected_starts import Situation, expected_starts
from lossviz.experiments.engine.scheduling import QueuedTrial
from lossviz.experiments.records import Comparison, Preparation, RateSearch
from tests.support.records import comparison

NOW = 1_000.0
READY = Preparation(done=True, at_once=100)


def queued(planned: Comparison) -> list[QueuedTrial]:
    return [QueuedTrial(trial=trial, comparison=planned) for trial in planned.trials()]


def of_visitor(owner: str, id: str, trials: int) -> Comparison:
    return replace(comparison(id, seeds=trials, losses=["cross_entropy"]), owner=owner)


def starts(
    *comparisons: Comparison,
    takes_s: Mapping[str, float],
    cores: int = 1,
    running_for_s: Mapping[str, float] | None = None,
    prepared: bool = True,
) -> dict[str, float]:
    """In how many seconds each begins; of those that run, the first trial runs, since when is
    said.
    """
    since = running_for_s or {}
    queue, running = list[QueuedTrial](), list[QueuedTrial]()
    for planned in comparisons:
        first, *others = queued(planned)
        if planned.id in since:
            running.append(replace(first, started_at=NOW - since[planned.id]))
        else:
            queue.append(first)
        queue += others
    situation = Situation(
        queued=queue,
        running=running,
        last_turns={entry.owner: number for number, entry in enumerate(running)},
        preparations={planned.id: READY for planned in comparisons} if prepared else {},
        cores=cores,
    )
    found = expected_starts(situation, trial_s=lambda c: takes_s.get(c.id), now=NOW)
    return {id: at - NOW for id, at in found.items()}


def test_a_small_comparison_begins_when_the_other_visitor_s_trial_ends() -> None:
    large, small = of_visitor("ann", "large", 20), of_visitor("bob", "small", 1)
    known = {"large": 10.0, "small": 10.0}
    assert starts(large, small, takes_s=known, running_for_s={"large": 4.0}) == {"small": 6.0}


def test_a_visitor_s_second_comparison_begins_after_the_first_has_been_started() -> None:
    first, second = of_visitor("ann", "first", 3), of_visitor("ann", "second", 3)
    known = {"first": 10.0, "second": 1.0}
    assert starts(first, second, takes_s=known, running_for_s={"first": 0.0}) == {"second": 30.0}
    assert starts(first, second, takes_s=known, cores=2, running_for_s={"first": 0.0}) == {
        "second": 10.0
    }


def test_what_takes_longer_than_expected_is_taken_to_end_now() -> None:
    large, small = of_visitor("ann", "large", 2), of_visitor("bob", "small", 1)
    late = starts(large, small, takes_s={"large": 5.0}, running_for_s={"large": 60.0})
    assert late == {"small": 0.0}


def test_nothing_is_said_where_it_is_not_known_how_long_trials_before_it_take() -> None:
    new, small, other = (of_visitor(who, who, 2) for who in ("ann", "bob", "cem"))
    known = {"bob": 3.0, "cem": 3.0}
    assert starts(new, small, takes_s=known, running_for_s={"ann": 1.0}) == {}
    assert starts(small, new, other, takes_s=known, running_for_s={"bob": 1.0}) == {"ann": 2.0}


def test_a_search_that_has_not_begun_is_taken_to_begin_in_its_turn() -> None:
    large = of_visitor("ann", "large", 2)
    searching = replace(of_visitor("bob", "b", 1), rate_search=RateSearch())
    found = starts(
        large, searching, takes_s={"large": 5.0}, running_for_s={"large": 1.0}, prepared=False
    )
    assert found == {"b": 4.0}


@given(
    trials=st.lists(st.integers(1, 5), min_size=1, max_size=6),
    owners=st.lists(st.integers(0, 2), min_size=6, max_size=6),
    cores=st.integers(1, 3),
)
def test_with_known_times_every_comparison_has_a_start_and_none_before_its_visitor_s_earlier_one(
    trials: list[int], owners: list[int], cores: int
) -> None:
    planned = [
        of_visitor(str(owner), f"c{number}", count)
        for number, (count, owner) in enumerate(zip(trials, owners, strict=False))
    ]
    found = starts(*planned, takes_s={one.id: 2.0 for one in planned}, cores=cores)
    assert set(found) == {one.id for one in planned}
    last = dict[str, float]()
    for one in planned:
        assert found[one.id] >= last.get(one.owner, 0.0)
        last[one.owner] = found[one.id]
    assert sum(at == 0.0 for at in found.values()) <= cores
    assert max(found.values()) <= 2.0 * sum(trials) / cores
