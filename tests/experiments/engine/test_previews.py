"""Each batch preview starts once, reports its progress, and ends in images or in a reason."""

import pytest

from lossviz.experiments.engine.previews import BatchPreview, BatchPreviews
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Preparation

DIGITS = get_recipe("digits").settings
TILES = [(b"png", "three", "eight")]


@pytest.fixture
def previews() -> BatchPreviews:
    return BatchPreviews()


def test_a_look_is_handed_out_once_and_waits_until_it_ends(previews: BatchPreviews) -> None:
    assert not previews.waiting
    key = previews.request("digits", DIGITS)
    assert previews.waiting
    assert list(previews.take_requests()) == [(key, "digits", DIGITS)]
    assert list(previews.take_requests()) == []
    assert previews.waiting
    assert previews.get(key) == BatchPreview()
    previews.set_progress(key, Preparation(stage="decoding", share=0.5))
    assert previews.get(key) == BatchPreview(stage="decoding", share=0.5)
    previews.finish(key, TILES)
    previews.end(key, "")
    assert not previews.waiting
    assert previews.get(key) == BatchPreview(stage="decoding", share=0.5, tiles=tuple(TILES))


def test_a_look_that_saw_nothing_ends_with_a_reason(previews: BatchPreviews) -> None:
    one, other = previews.request("digits", DIGITS), previews.request("digits", DIGITS)
    previews.end(one, "no folder")
    previews.end(other, "")
    assert previews.get(one) == BatchPreview(failure="no folder")
    assert previews.get(other) == BatchPreview(failure="nothing was seen; look again")


def test_where_the_host_is_gone_all_that_wait_end_and_what_was_seen_stays(
    previews: BatchPreviews,
) -> None:
    seen, begun = previews.request("digits", DIGITS), previews.request("digits", DIGITS)
    previews.finish(seen, TILES)
    previews.fail_all("the host has gone")
    assert list(previews.take_requests()) == []
    assert not previews.waiting
    assert previews.get(seen) == BatchPreview(tiles=tuple(TILES))
    assert previews.get(begun) == BatchPreview(failure="the host has gone")


def test_only_the_last_twenty_are_remembered_and_news_of_others_changes_nothing(
    previews: BatchPreviews,
) -> None:
    keys = [previews.request("digits", DIGITS) for _ in range(25)]
    assert [previews.get(key) is None for key in keys] == [True] * 5 + [False] * 20
    previews.set_progress(keys[0], Preparation(stage="late"))
    previews.finish(keys[0], TILES)
    previews.end(keys[0], "late")
    assert previews.get(keys[0]) is None
    assert all(previews.get(key) == BatchPreview() for key in keys[5:])


def test_one_that_is_not_begun_can_be_withdrawn_and_one_that_is_cannot(
    previews: BatchPreviews,
) -> None:
    one, other = previews.request("digits", DIGITS), previews.request("digits", DIGITS)
    assert previews.cancel(one, "stopped by request")
    assert previews.get(one) == BatchPreview(failure="stopped by request")
    assert [key for key, *_ in previews.take_requests()] == [other]
    assert not previews.cancel(other, "stopped by request")
    assert previews.get(other) == BatchPreview()
