"""Each batch preview starts once, reports its progress, and ends in images or in a reason."""

import pytest

from lossviz.errors import InvalidInput
from lossviz.experiments.engine.messages import (
    JobEnded,
    PreparationProgress,
    Prepared,
    PreviewBatch,
    PreviewImage,
    PreviewReady,
    RenderImages,
)
from lossviz.experiments.engine.previews import BatchPreview, BatchPreviews
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Preparation, TrialState

DIGITS = get_recipe("digits").settings
IMAGES = (PreviewImage(png=b"png", true_class="three", label="eight"),)
READY = PreviewReady(images=IMAGES)
FINISHED = JobEnded(state=TrialState.FINISHED, reason="")


@pytest.fixture
def previews() -> BatchPreviews:
    return BatchPreviews(cores=2)


def test_a_preview_is_started_once_and_is_open_until_it_ends(previews: BatchPreviews) -> None:
    assert not previews.open
    key = previews.request("digits", DIGITS)
    assert previews.open
    assert list(previews.take_requests()) == [
        PreviewBatch(key=key, recipe="digits", settings=DIGITS, cores=2)
    ]
    assert list(previews.take_requests()) == []
    assert previews.open
    assert previews.get(key) == BatchPreview()
    previews.handle(key, PreparationProgress(stage="decoding", share=0.5))
    assert previews.get(key) == BatchPreview(stage="decoding", share=0.5)
    previews.handle(key, READY)
    previews.handle(key, FINISHED)
    assert not previews.open
    assert previews.get(key) == BatchPreview(stage="decoding", share=0.5, images=IMAGES)


def test_images_can_be_asked_for_by_row_and_come_like_those_of_a_batch(
    previews: BatchPreviews,
) -> None:
    batch = previews.request("digits", DIGITS)
    key = previews.request_images("digits", DIGITS, (7, 3))
    assert list(previews.take_requests()) == [
        PreviewBatch(key=batch, recipe="digits", settings=DIGITS, cores=2),
        RenderImages(key=key, recipe="digits", settings=DIGITS, rows=(7, 3), cores=2),
    ]
    previews.handle(key, READY)
    assert previews.get(key) == BatchPreview(images=IMAGES)
    assert previews.get(batch) == BatchPreview()


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [((), "1 to 100 images"), (tuple(range(101)), "1 to 100 images"), ((3, -1), "counted from 0")],
)
def test_rows_that_make_no_sense_are_refused_and_nothing_is_queued(
    previews: BatchPreviews, rows: tuple[int, ...], complaint: str
) -> None:
    with pytest.raises(InvalidInput, match=complaint):
        previews.request_images("digits", DIGITS, rows)
    assert not previews.open


def test_a_preview_without_images_ends_with_a_reason(previews: BatchPreviews) -> None:
    one, other = previews.request("digits", DIGITS), previews.request("digits", DIGITS)
    previews.handle(one, JobEnded(state=TrialState.FAILED, reason="no folder"))
    previews.handle(other, FINISHED)
    assert previews.get(one) == BatchPreview(failure="no folder")
    assert previews.get(other) == BatchPreview(failure="no images came; try again")


def test_where_the_host_has_gone_all_open_ones_end_and_images_stay(
    previews: BatchPreviews,
) -> None:
    ready, started = previews.request("digits", DIGITS), previews.request("digits", DIGITS)
    previews.handle(ready, READY)
    previews.fail_all("the host has gone")
    assert list(previews.take_requests()) == []
    assert not previews.open
    assert previews.get(ready) == BatchPreview(images=IMAGES)
    assert previews.get(started) == BatchPreview(failure="the host has gone")


def test_only_the_last_twenty_are_kept_and_events_of_others_change_nothing(
    previews: BatchPreviews,
) -> None:
    keys = [previews.request("digits", DIGITS) for _ in range(25)]
    assert [previews.get(key) is None for key in keys] == [True] * 5 + [False] * 20
    previews.handle(keys[0], PreparationProgress(stage="late", share=0.0))
    previews.handle(keys[0], READY)
    previews.handle(keys[0], FINISHED)
    assert previews.get(keys[0]) is None
    assert all(previews.get(key) == BatchPreview() for key in keys[5:])


def test_one_that_is_queued_can_be_cancelled_and_one_that_is_started_cannot(
    previews: BatchPreviews,
) -> None:
    one, other = previews.request("digits", DIGITS), previews.request("digits", DIGITS)
    assert previews.cancel(one, "stopped by request")
    assert previews.get(one) == BatchPreview(failure="stopped by request")
    assert [request.key for request in previews.take_requests()] == [other]
    assert not previews.cancel(other, "stopped by request")
    assert previews.get(other) == BatchPreview()


def test_an_event_that_is_no_preview_s_is_a_bug(previews: BatchPreviews) -> None:
    key = previews.request("digits", DIGITS)
    with pytest.raises(AssertionError, match="Prepared"):
        previews.handle(key, Prepared(preparation=Preparation(done=True)))
