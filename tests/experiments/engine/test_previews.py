"""Looks at the data: each is begun once, told of as far as it is, and ends in tiles or in a reason."""

import pytest

from lossviz.experiments.engine.previews import Look, Looks
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Preparation

DIGITS = get_recipe("digits").settings
TILES = [(b"png", "three", "eight")]


@pytest.fixture
def looks() -> Looks:
    return Looks()


def test_a_look_is_handed_out_once_and_waits_until_it_ends(looks: Looks) -> None:
    assert not looks.waiting
    key = looks.begin("digits", DIGITS)
    assert looks.waiting
    assert list(looks.take()) == [(key, "digits", DIGITS)]
    assert list(looks.take()) == []
    assert looks.waiting
    assert looks.get(key) == Look()
    looks.tell(key, Preparation(stage="decoding", share=0.5))
    assert looks.get(key) == Look(stage="decoding", share=0.5)
    looks.finish(key, TILES)
    looks.end(key, "")
    assert not looks.waiting
    assert looks.get(key) == Look(stage="decoding", share=0.5, tiles=tuple(TILES))


def test_a_look_that_saw_nothing_ends_with_a_reason(looks: Looks) -> None:
    one, other = looks.begin("digits", DIGITS), looks.begin("digits", DIGITS)
    looks.end(one, "no folder")
    looks.end(other, "")
    assert looks.get(one) == Look(failure="no folder")
    assert looks.get(other) == Look(failure="nothing was seen; look again")


def test_where_the_host_is_gone_all_that_wait_end_and_what_was_seen_stays(looks: Looks) -> None:
    seen, begun = looks.begin("digits", DIGITS), looks.begin("digits", DIGITS)
    looks.finish(seen, TILES)
    looks.fail("the host has gone")
    assert list(looks.take()) == []
    assert not looks.waiting
    assert looks.get(seen) == Look(tiles=tuple(TILES))
    assert looks.get(begun) == Look(failure="the host has gone")


def test_only_the_last_twenty_are_remembered_and_news_of_others_changes_nothing(
    looks: Looks,
) -> None:
    keys = [looks.begin("digits", DIGITS) for _ in range(25)]
    assert [looks.get(key) is None for key in keys] == [True] * 5 + [False] * 20
    looks.tell(keys[0], Preparation(stage="late"))
    looks.finish(keys[0], TILES)
    looks.end(keys[0], "late")
    assert looks.get(keys[0]) is None
    assert all(looks.get(key) == Look() for key in keys[5:])


def test_one_that_is_not_begun_can_be_withdrawn_and_one_that_is_cannot(looks: Looks) -> None:
    one, other = looks.begin("digits", DIGITS), looks.begin("digits", DIGITS)
    assert looks.withdraw(one, "stopped by request")
    assert looks.get(one) == Look(failure="stopped by request")
    assert [key for key, *_ in looks.take()] == [other]
    assert not looks.withdraw(other, "stopped by request")
    assert looks.get(other) == Look()
