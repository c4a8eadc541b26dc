"""The thread that trains: when it takes steps, and when it sends what."""

from typing import Any

import pytest
from playwright.sync_api import Page

from lossviz import LOSSES
from lossviz.losses.loss import Loss
from lossviz.losses.parsing import loss_from_spec
from tests.support.modules import open_modules
from tests.support.playground_networks import fields_of

pytestmark = pytest.mark.browser

# a page that draws what comes, unless it is told not to
OPEN = """() => {
  window.seen = [];
  window.draws = true;
  window.worker = new Worker("/playground/worker/training_worker.js", { type: "module" });
  worker.addEventListener("message", ({ data }) => {
    seen.push(data);
    if (draws) worker.postMessage({ kind: "drawn" });
  });
}"""
LAST = "({ steps, epoch, playing, left, run, networks }) => ({ steps, epoch, playing, left, run })"


@pytest.fixture
def worker(page: Page) -> Page:
    """A page that has the worker as ``worker``, and what it sent as ``seen``."""
    open_modules(page, "playground/state/codec.js")
    page.evaluate(OPEN)
    return page


def send(page: Page, kind: str, **request: Any) -> None:
    page.evaluate("(request) => worker.postMessage(request)", {"kind": kind, **request})


def begin(page: Page, *losses: Loss, **state: Any) -> None:
    """Begin a run and wait for its first frame."""
    page.evaluate(
        "([losses, state]) => worker.postMessage("
        "{ kind: 'begin', run: 1, state: { ...START, ...state }, losses })",
        [fields_of(losses or (LOSSES["cross_entropy"],)), state],
    )
    page.wait_for_function("() => seen.length > 0")


def last_frame(page: Page, condition: str = "true") -> Any:
    """The last frame, once it is as it should be."""
    page.wait_for_function(f"() => {{ const frame = seen.at(-1); return {condition}; }}")
    return page.evaluate(f"() => ({LAST})(seen.at(-1))")


def count(page: Page) -> int:
    return int(page.evaluate("() => seen.length"))


def test_nothing_is_sent_while_nothing_changes(worker: Page) -> None:
    begin(worker)
    assert last_frame(worker) == {"steps": 0, "epoch": 0, "playing": False, "left": 0, "run": 1}
    worker.wait_for_timeout(300)
    assert count(worker) == 1


def test_steps_and_epochs_are_taken_at_once_whatever_the_speed(worker: Page) -> None:
    begin(worker, speed=1, points=100, batch=10)
    send(worker, "steps", count=3)
    assert last_frame(worker, "frame.steps === 3")["playing"] is False
    send(worker, "epoch")
    assert last_frame(worker, "frame.steps === 10")["epoch"] == 1
    for _ in range(4):
        send(worker, "steps", count=1)
    assert last_frame(worker, "frame.steps === 14")["playing"] is False


def test_the_steps_of_a_link_are_reported_while_they_are_taken(worker: Page) -> None:
    begin(worker, at=10_000)
    last_frame(worker, "frame.steps === 10000 && !frame.playing")
    left = worker.evaluate("() => seen.map(({ left }) => left)")
    assert len(left) > 2
    assert left == sorted(left, reverse=True)
    assert left[-1] == 0


def test_the_steps_of_a_link_can_be_broken_off(worker: Page) -> None:
    begin(worker, at=100_000)
    send(worker, "pause")
    assert last_frame(worker, "!frame.playing")["steps"] < 100_000


def test_a_page_that_draws_nothing_gets_no_second_frame_and_soon_no_steps(worker: Page) -> None:
    """A hidden tab draws nothing."""
    worker.evaluate("() => { draws = false; }")
    begin(worker, speed=60)
    send(worker, "play")
    worker.wait_for_timeout(2000)
    assert count(worker) == 1
    worker.evaluate("() => { draws = true; }")
    send(worker, "drawn")
    assert last_frame(worker, "seen.length > 1 && frame.playing")["steps"] < 60
    last_frame(worker, "frame.steps > 65")


def test_a_change_while_it_plays_takes_effect(worker: Page) -> None:
    begin(worker, speed=1)
    send(worker, "play")
    last_frame(worker, "frame.playing")
    worker.evaluate(
        "([losses]) => worker.postMessage("
        "{ kind: 'change', state: { ...START, speed: Infinity }, losses })",
        [fields_of([LOSSES["dot_product"]])],
    )
    last_frame(worker, "frame.steps > 50 && frame.networks[0].train.penalty < 0")


def test_playing_ends_when_all_networks_have_stopped(worker: Page) -> None:
    begin(worker, loss_from_spec("p**-8"), rate=3.0, speed=60)
    send(worker, "play")
    stopped = last_frame(worker, "frame.steps > 0 && !frame.playing")
    (stop,) = worker.evaluate("() => seen.at(-1).networks.map(({ stop }) => stop)")
    assert stop["step"] == stopped["steps"] + 1
    send(worker, "play")
    begin(worker, LOSSES["cross_entropy"])
    send(worker, "steps", count=1)
    last_frame(worker, "frame.steps === 1 && frame.networks[0].stop === null")


def test_a_speed_is_kept_and_lost_time_is_not_made_up_for(page: Page) -> None:
    open_modules(page, "playground/worker/pace.js")
    taken = page.evaluate(
        """() => {
             const taken = (speed, times) => {
               const pace = new Pace();
               pace.start(0);
               let steps = 0;
               for (const now of times)
                 for (; pace.due(now, speed) >= 1; steps++) pace.take();
               return steps;
             };
             const each = (ms, count) => Array.from({ length: count }, (_, i) => ms * (i + 1));
             return [taken(1, [0]), taken(1, each(10, 199)), taken(60, each(16, 125)),
                     taken(240, each(7, 143)), taken(60, [20_000])];
           }"""
    )
    at_once, slow, screen, fast, after_a_pause = taken
    assert at_once == 1
    assert slow == 2
    assert screen == pytest.approx(121, abs=1)
    assert fast == pytest.approx(241, abs=1)
    assert after_a_pause == 6
