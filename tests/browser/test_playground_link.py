"""A link to the playground opens the same points and the same run, in another browser too."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from lossviz.losses.parsing import loss_from_spec
from lossviz.ui.components.shared.geometry_component import loss_data
from lossviz.ui.loss_controls import styles_by_id
from tests.support.browser import settled
from tests.support.modules import open_modules

pytestmark = pytest.mark.browser

SPECS = ("cross_entropy", "dot_product", "focal:gamma=1.5", "p**-k; k=0.3")
MODULES = (
    "playground/model.js",
    "playground/data/problem.js",
    "playground/engine/run.js",
    "playground/state/codec.js",
    "playground/state/link.js",
)
# A model without a page around it: a frame counts as drawn at once.
_HARNESS = """(losses) => {
  let wake = () => {};
  window.model = new Model(() => {
    model.frameIsDrawn();
    wake();
  });
  window.openLink = (play) => {
    const { state, problems } = readState(play);
    model.open(state, losses, problems);
  };
  window.reached = async (steps) => {
    while (model.frame === null || model.playing || model.steps !== steps
      || model.frame.steps !== steps)
      await new Promise((resolve) => { wake = resolve; });
  };
  window.shown = () => ({
    places: [...model.problem.train.places],
    labels: [...model.problem.train.labels],
    truths: [...model.problem.train.truths],
    p: model.frame.networks.map(({ train }) => [...train.p]),
    tested: model.frame.networks.map(({ test }) => [...test.p]),
  });
  window.weights = (steps) => {
    const { state } = model;
    const run = new Run(makeProblem(state), state, losses);
    for (let i = 0; i < steps; i++) run.step();
    return run.trainers.map(({ network }) => [...network.parameters]);
  };
}"""
_DRAW = """(play) => {
  openLink(play);
  model.addPoint(-4.126, 2.5, 1);
  model.addPoint(0.333, -0.777, 0);
  model.addPoint(5, 5, 2);
  model.movePoint(3, -1.5, 1.25);
  model.setLabel(8, 2);
  model.removePoint(5);
  model.movePoint(model.problem.train.labels.length - 1, 4.5, 4.5);
}"""
SETTINGS = "data.is.spirals~points.is.60~noise.is.0.2~outliers.is.2~optimizer.is.adam~seed.is.12"


def losses(specs: tuple[str, ...]) -> Any:
    read = {spec: loss_from_spec(spec) for spec in specs}
    return json.loads(json.dumps(loss_data(read, styles_by_id(read))))


@contextmanager
def another_browser(browser: Browser, specs: tuple[str, ...] = SPECS) -> Iterator[Page]:
    """A page with a model, in a profile that shares nothing with another."""
    with browser.new_context() as context:
        page = context.new_page()
        open_modules(page, *MODULES)
        page.evaluate(_HARNESS, losses(specs))
        yield page
        page.evaluate("() => model.close()")


def take_steps(page: Page, count: int, *, then: int) -> Any:
    """Let the model take steps, and give all that it shows once it has taken ``then`` in all."""
    page.evaluate("(count) => model.step(count)", count)
    return shown_at(page, then)


def shown_at(page: Page, steps: int) -> Any:
    page.evaluate("(steps) => reached(steps)", steps)
    return page.evaluate("() => shown()")


def link(page: Page) -> str:
    """The playground's part of the address."""
    play: str = page.evaluate("() => writeState({ ...model.state, at: stepsOfLink(model) })")
    return play


def note(page: Page) -> str:
    said: str = page.evaluate("() => linkNote(model)")
    return said


@pytest.mark.parametrize("data", ["", "data.is.drawn~"])
def test_a_link_with_points_by_hand_opens_the_same_run_step_for_step(
    browser: Browser, data: str
) -> None:
    with another_browser(browser) as first, another_browser(browser) as second:
        if data:
            first.evaluate("openLink", data)
            for x, y, k in ((-2, 1, 0), (2, 1.01, 1), (2.34, -3, 1), (-1, -4, 2)):
                first.evaluate("(point) => model.addPoint(...point)", [x, y, k])
        else:
            first.evaluate(_DRAW, SETTINGS)
        before = take_steps(first, 60, then=60)
        made = link(first)
        assert note(first) == ""
        assert "~at.is.60" in made
        assert len(made) < 250

        second.evaluate("openLink", made)
        assert shown_at(second, 60) == before
        for page in (first, second):
            assert page.evaluate("() => model.problems") == []
        weights = [page.evaluate("() => weights(60)") for page in (first, second)]
        assert weights[0] == weights[1]
        for steps in (61, 62, 63):
            assert take_steps(second, 1, then=steps) == take_steps(first, 1, then=steps)

        # from its beginning too: reset, then step by step
        second.evaluate("() => model.reset()")
        first.evaluate("() => model.reset()")
        assert shown_at(second, 0) == shown_at(first, 0)
        assert take_steps(second, 60, then=60) == before


def test_a_run_that_was_changed_is_begun_anew_by_its_link(browser: Browser) -> None:
    with another_browser(browser) as first, another_browser(browser) as second:
        first.evaluate("openLink", SETTINGS)
        take_steps(first, 20, then=20)
        first.evaluate("() => model.addPoint(1, 2, 1)")
        take_steps(first, 5, then=25)
        made = link(first)
        assert "begins at step 0, with what is set now" in note(first)
        assert "at.is" not in made
        second.evaluate("openLink", made)
        first.evaluate("() => model.reset()")
        assert shown_at(second, 0) == shown_at(first, 0)
        assert note(first) == ""
        assert take_steps(second, 30, then=30) == take_steps(first, 30, then=30)


def test_a_link_leads_to_the_step_at_which_all_networks_have_stopped(browser: Browser) -> None:
    stops = "() => model.frame?.networks.map(({ stop }) => stop) ?? [null]"
    stopped = f"() => ({stops})().every((stop) => stop) && !model.playing"
    with (
        another_browser(browser, ("p**-40",)) as first,
        another_browser(browser, ("p**-40",)) as second,
    ):
        first.evaluate("openLink", "rate.is.10~points.is.30")
        first.evaluate("() => model.step(50)")
        first.wait_for_function(stopped)
        assert first.evaluate("() => model.steps") < 50
        second.evaluate("openLink", link(first))
        second.wait_for_function(stopped)
        assert second.evaluate(stops) == first.evaluate(stops)


def test_only_what_the_run_computes_with_alters_it(browser: Browser) -> None:
    with another_browser(browser) as page:
        page.evaluate("openLink", SETTINGS)
        altered = "() => model.altered"
        page.evaluate("() => model.set({ rate: 0.03 })")
        page.evaluate("() => model.movePoint(0, 1, 1)")
        assert not page.evaluate(altered), "before the first step"
        take_steps(page, 3, then=3)
        page.evaluate("() => model.set({ speed: 5 })")
        assert not page.evaluate(altered)
        page.evaluate("() => model.set({ rate: 0.01 })")
        assert page.evaluate(altered)
        page.evaluate("() => model.set({ seed: 5 })")
        assert not page.evaluate(altered)


def test_changes_by_hand_are_forgotten_with_the_points_that_they_are_of(browser: Browser) -> None:
    with another_browser(browser) as page:
        page.evaluate(_DRAW, SETTINGS)
        state = page.evaluate("() => model.state")
        assert state["moved"]
        assert len(state["drawn"]) == 12
        page.evaluate("() => model.set({ noise: 0.4, spread: 0.1, seed: 3 })")
        assert page.evaluate("() => model.state.moved") == state["moved"]
        page.evaluate("() => model.set({ points: 100 })")
        assert page.evaluate("() => model.state.moved") == ""
        assert page.evaluate("() => model.state.drawn") == state["drawn"]
        page.evaluate("() => model.clearHand()")
        assert page.evaluate("() => model.state.drawn") == ""


def test_a_run_goes_on_with_points_that_come_and_go(browser: Browser) -> None:
    with another_browser(browser) as page:
        page.evaluate("openLink", SETTINGS)
        take_steps(page, 7, then=7)
        page.evaluate("() => model.play()")
        for _ in range(5):
            page.evaluate("() => { model.addPoint(1, 2, 1); model.addPoint(3, -2, 0); }")
            page.evaluate("() => model.removePoint(4)")
            page.evaluate("() => model.movePoint(2, 5.5, -5.5)")
        page.evaluate("() => model.pause()")
        page.wait_for_function("() => !model.playing && model.steps > 7")
        steps = page.evaluate("() => model.steps")
        shown = take_steps(page, 1, then=steps + 1)
        assert len(shown["labels"]) == 62 + 10 - 5
        assert all(len(p) == 67 for p in shown["p"])
        assert all(0 <= value <= 1 for p in shown["p"] for value in p)


def picture(page: Page) -> str:
    drawn: str = page.locator(".network canvas").first.evaluate("(canvas) => canvas.toDataURL()")
    return drawn


def test_the_address_of_the_page_opens_what_is_seen_in_another_browser(
    page: Page, app_url: str, browser: Browser
) -> None:
    opened = f"{app_url}/playground?loss=cross_entropy&play={SETTINGS}~drawn.is.AAAAAAAJ&seed=1"
    page.goto(opened)
    settled(page)
    page.get_by_role("button", name="Draw class 2").click()
    page.get_by_role("application").first.click(position={"x": 40, "y": 50})
    page.get_by_role("button", name="One epoch").click()
    page.wait_for_url("**.is.4&seed=1")
    (drawn,) = re.findall(r"drawn\.is\.([\w-]+)", page.url)
    assert len(drawn) == 12
    assert "at.is.4" in page.url
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        other = context.new_page()
        other.goto(page.url)
        for tab in (page, other):
            expect(tab.locator(".summary")).to_contain_text("Step 4, epoch 1.")
            settled(tab)
        assert picture(other) == picture(page)
    # what a hand does now is in the address, but the run is no more what a link opens
    page.get_by_role("button", name="Undo all by hand").click()
    page.wait_for_url("**~seed.is.12&seed=1")
    expect(page.locator(".link-note")).to_contain_text("a link begins at step 0")


def test_the_page_says_what_a_link_cannot_have(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/playground?play=rate.is.1000~data.is.digits~points.is.900~moved.is.A")
    said = page.locator(".lossviz-playground .problems")
    expect(said).to_contain_text("the learning rate should be a number from 0.00001 to 10")
    expect(said).to_contain_text("the points changed by hand should be at most 200 points")
    expect(said).to_contain_text("there are 264 training points instead of 900")


def test_a_page_without_points_waits_for_the_hand(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/playground?loss=cross_entropy&play=data.is.drawn")
    said = page.locator(".lossviz-playground .problems")
    expect(said).to_have_text("There are no training points yet: draw some on a map.")
    expect(page.locator(".seeds .start")).to_be_disabled()
    page.get_by_role("button", name="Draw class 2").click()
    page.get_by_role("application").first.click(position={"x": 40, "y": 50})
    expect(said).to_have_text("")
    expect(page.locator(".seeds .start")).to_be_enabled()
