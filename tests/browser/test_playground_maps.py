"""The maps of the playground under mouse, finger and keys, and the numbers of a point."""

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from lossviz import LOSSES
from lossviz.losses.loss import Loss
from lossviz.ui.components.shared.geometry_component import loss_data
from lossviz.ui.loss_controls import styles_by_id
from tests.support.browser import settled
from tests.support.color_vision import (
    EYES,
    LEAST_DISTANCE,
    THEMES,
    contrast,
    linear,
    seen_distance,
)
from tests.support.modules import open_modules
from tests.support.parameter_settings import settings
from tests.support.waiting import wait_until

pytestmark = pytest.mark.browser

MODULES = (
    "playground/data/points_text.js",
    "playground/engine/logit_loss.js",
    "playground/engine/decision_map.js",
    "playground/data/problem.js",
    "playground/engine/network.js",
    "playground/engine/run.js",
    "playground/engine/shares.js",
    "playground/engine/slow_step.js",
    "playground/state/codec.js",
    "playground/view/maps/boundary.js",
    "playground/view/maps/class_colors.js",
    "playground/view/points/marks.js",
    "playground/view/points/nearest_point.js",
    "playground/view/points/point_areas.js",
    "playground/view/points/point_layer.js",
)


@pytest.fixture(scope="module")
def run(browser: Browser) -> Iterator[Any]:
    """Evaluates JavaScript with the modules' exports in sight."""
    page: Page = browser.new_page()
    open_modules(page, *MODULES)
    yield page.evaluate
    page.close()


def fields(losses: list[Loss]) -> Any:
    named = {str(i): loss for i, loss in enumerate(losses)}
    return json.loads(json.dumps(loss_data(named, styles_by_id(named))))


def test_penalty_and_weight_of_a_point_are_those_of_the_loss_in_python(run: Any) -> None:
    """Of losses of all classes too: with two classes the other one has all of 1 - p."""
    probabilities = [1e-6, 0.02, 0.3, 0.5, 0.8, 0.999]
    losses = [loss for key in LOSSES for loss in settings(LOSSES[key])[:3]]
    found = run(
        """({ fields, probabilities }) => fields.map((field) => {
             const loss = new LogitLoss(field, 2);
             return probabilities.map((p) => {
               const penalty = loss.evaluate(Float64Array.of(Math.log(p) - Math.log1p(-p), 0), 0);
               return [loss.p, penalty, loss.weight];
             });
           })""",
        {"fields": fields(losses), "probabilities": probabilities},
    )
    for loss, rows in zip(losses, found, strict=True):
        p, penalties, weights = np.array(rows).T
        np.testing.assert_allclose(p, probabilities, rtol=1e-12)
        np.testing.assert_allclose(
            penalties, loss.penalty(probabilities, classes=2), rtol=1e-9, err_msg=loss.spec
        )
        np.testing.assert_allclose(
            weights, loss.weight(probabilities, classes=2), rtol=1e-8, atol=1e-12, err_msg=loss.spec
        )


def test_colours_of_classes_stand_out_and_lie_apart_to_all_eyes(run: Any) -> None:
    colors = [linear(f"#{bytes(color).hex()}") for color in run("() => CLASS_COLORS")]
    for background, _, _ in THEMES.values():
        assert all(contrast(color, linear(background)) >= 3 for color in colors)
    for one, other in itertools.combinations(colors, 2):
        for eyes in EYES:
            assert seen_distance(one, other, eyes) >= LEAST_DISTANCE, (one, other, eyes)


def test_marks_of_all_classes_have_the_area_that_is_asked_for(run: Any) -> None:
    areas = run(
        """() => MARKS.map(({ outline }) => Math.abs(outline.reduce((sum, [x, y], i) => {
             const [nextX, nextY] = outline[(i + 1) % outline.length];
             return sum + (x * nextY - nextX * y) / 2;
           }, 0)))"""
    )
    assert areas == pytest.approx([1.0] * 5)


def test_areas_are_in_proportion_to_shares_of_the_gradient_between_the_bounds(run: Any) -> None:
    pulls = [*np.linspace(0.2, 4, 200), 0.0, 1e9]
    areas, bounds, shares = run(
        """({ pulls, size }) => {
             const shares = sharesOf(Float64Array.from(pulls));
             const points = { labels: new Uint8Array(pulls.length) };
             const areas = trainingAreas(size, points, shares);
             return [[...areas], areasOn(size, pulls.length), [...shares]];
           }""",
        {"pulls": pulls[:-1], "size": 280},
    )
    assert sum(shares) == pytest.approx(1)
    areas, shares = np.array(areas), np.array(shares)
    assert areas.min() == bounds["least"] == areas[-1]
    free = (areas > bounds["least"]) & (areas < bounds["most"])
    assert free.sum() > 150
    np.testing.assert_allclose(areas[free] / shares[free], bounds["mean"] * len(shares), rtol=1e-9)
    loudest = run(
        """({ pulls, size }) => {
             const shares = sharesOf(Float64Array.from(pulls));
             const points = { labels: new Uint8Array(pulls.length) };
             return trainingAreas(size, points, shares)[pulls.length - 1];
           }""",
        {"pulls": pulls, "size": 280},
    )
    assert loudest == bounds["most"]


def test_points_without_bound_have_the_gradient_to_themselves(run: Any) -> None:
    shares = run(
        "() => [[1, Infinity, NaN, Infinity], [0, 0]].map((pulls) =>"
        " [...sharesOf(Float64Array.from(pulls))])"
    )
    assert shares == [[0, 0.5, 0, 0.5], [0, 0]]


def test_a_boundary_lies_where_no_class_leads(run: Any) -> None:
    """For two classes of a network without hidden layers it is a straight line."""
    x, y = (
        np.array(
            run(
                """() => {
                 const parameters = Float64Array.of(0, 0, 1.5, -1, 0, 0.4);
                 const network = new Network([2, 2], "tanh", parameters);
                 const cell = (2 * EXTENT) / CELLS;
                 const ends = boundaryLines(decisionMap(network));
                 return ends.map((value, i) =>
                   i % 2 ? EXTENT - value * cell : value * cell - EXTENT);
               }"""
            )
        )
        .reshape(-1, 2)
        .T
    )
    assert len(x) > 60
    np.testing.assert_allclose(1.5 * x - y + 0.4, 0, atol=1e-5)
    assert y.max() > 5.8
    assert y.min() < -5.8


def test_arrow_keys_lead_from_every_point_to_others_in_their_direction(run: Any) -> None:
    rng = np.random.default_rng(3)
    places = rng.uniform(-5, 5, (60, 2))
    steps = run(
        """({ places }) => {
             const points = { places: Float64Array.from(places.flat()),
                              labels: new Uint8Array(places.length) };
             return places.map((_, i) => [[1, 0], [-1, 0], [0, 1], [0, -1]].map((direction) =>
               nextPoint(points, i, direction)));
           }""",
        {"places": places.tolist()},
    )
    for i, (right, left, up, down) in enumerate(steps):
        assert right < 0 or places[right, 0] > places[i, 0]
        assert left < 0 or places[left, 0] < places[i, 0]
        assert up < 0 or places[up, 1] > places[i, 1]
        assert down < 0 or places[down, 1] < places[i, 1]
    assert sum(step >= 0 for four in steps for step in four) > 200


def test_a_slow_step_is_a_step_whose_arrows_lead_down_the_penalties_of_its_points(run: Any) -> None:
    found = run(
        """(fields) => {
             const state = { ...START, points: 30, batch: 7 };
             const problem = makeProblem(state);
             const { places, labels } = problem.train;
             const [watched, plain] = [1, 2].map(() => new Run(problem, state, fields));
             for (let i = 0; i < 5; i++) [watched, plain].forEach((run) => run.step());
             const same = (one, other) =>
               ["classes", "leads"].every((key) => one[key].join() === other[key].join());
             const step = takeSlowStep(watched);
             const away = 1e-5;
             const penalty = ({ network, loss }, i, dx, dy) => loss.evaluate(
               network.logits(places[2 * i] + dx, places[2 * i + 1] + dy), labels[i]);
             const down = (trainer, i, dx, dy) =>
               (penalty(trainer, i, -dx, -dy) - penalty(trainer, i, dx, dy)) / (2 * away);
             const before = plain.trainers.map((trainer, slot) => ({
               down: [...step.batch].flatMap((i) =>
                 [down(trainer, i, away, 0), down(trainer, i, 0, away)]),
               begins: same(step.networks[slot].maps[0], decisionMap(trainer.network)),
             }));
             plain.step();
             return before.map(({ down, begins }, slot) => {
               const { arrows, maps } = step.networks[slot];
               const { network } = plain.trainers[slot];
               const weights = watched.trainers[slot].network.parameters;
               return { down, begins, arrows: [...arrows], maps: maps.length,
                        ends: same(maps[maps.length - 1], decisionMap(network)),
                        same: weights.join() === network.parameters.join() };
             });
           }""",
        fields([LOSSES[key] for key in ("cross_entropy", "inverse", "brier")]),
    )
    for network in found:
        assert network["same"], "a step as any other"
        assert network["begins"]
        assert network["ends"]
        assert network["maps"] > 10
        assert len(network["arrows"]) == 14
        np.testing.assert_allclose(network["arrows"], network["down"], rtol=1e-5, atol=1e-8)


# --- the page ---------------------------------------------------------------------------------


def open_playground(page: Page, app_url: str, address: str = "") -> Locator:
    """The maps of the playground, once the networks' first numbers are there."""
    page.goto(f"{app_url}/playground?{address}")
    settled(page)
    expect(page.locator(".network .numbers dd").first).to_contain_text("%")
    maps = page.locator(".network .map")
    maps.first.scroll_into_view_if_needed()
    return maps


def drawn(run: Any, points: list[tuple[float, float, int]], settings_: str = "") -> str:
    """The address of two classes of points drawn by hand, for a network without hidden layers."""
    text = run(
        "(points) => printPoints(points.map(([x, y, k]) => ({ x, y, k })))",
        [list(p) for p in points],
    )
    return (
        "loss=cross_entropy&loss=dot_product&play=data.is.drawn~classes.is.2~layers.is.~"
        f"optimizer.is.momentum~rate.is.0.5~batch.is.2{settings_}~drawn.is.{text}"
    )


def at(card: Locator, x: float, y: float) -> tuple[float, float]:
    """Where a place of the plane is on the screen."""
    box = card.bounding_box()
    assert box
    return (
        box["x"] + (x + 6) / 12 * box["width"],
        box["y"] + (6 - y) / 12 * box["height"],
    )


def class_at(card: Locator, x: float, y: float) -> int:
    """Which of two classes the map shows at a place: blue or orange."""
    return int(
        card.locator("canvas.picture").evaluate(
            """(canvas, [x, y]) => {
                 const cell = canvas.width / 12;
                 const { data } = canvas.getContext("2d")
                   .getImageData((x + 6) * cell, (6 - y) * cell, 1, 1);
                 return data[0] > data[2] ? 1 : 0;
               }""",
            [x, y],
        )
    )


def numbers(page: Page, key: str) -> list[float]:
    """One of a point's numbers, on every card."""
    texts = page.locator(f".network .point .{key} dd").all_inner_texts()
    return [float(text.replace("−", "-").removesuffix("%")) for text in texts]


TWO = [(-3.0, 0.0, 0), (3.0, 0.0, 1)]


def test_a_point_under_the_mouse_is_read_on_all_cards_at_once(
    page: Page, app_url: str, run: Any
) -> None:
    maps = open_playground(page, app_url, drawn(run, TWO))
    page.mouse.move(*at(maps.nth(1), 3, 0))
    expect(page.locator(".map-caption")).to_have_text("Training point 2 at (3.00, 0.00): class 2.")
    p = numbers(page, "p")
    assert p[0] == p[1], "the same initial weights"
    for place, key in enumerate(("cross_entropy", "dot_product")):
        loss = LOSSES[key]
        near = np.array(p[place]) * (1 + np.array([-0.002, 0.002]))  # as it is rounded
        for name, values in (("penalty", loss.penalty(near)), ("weight", loss.weight(near))):
            found = numbers(page, name)[place]
            assert min(values) - 0.002 <= found <= max(values) + 0.002, (key, name)
    assert all(0 < share < 100 for share in numbers(page, "share"))
    page.mouse.move(*at(maps.nth(1), 0, 5.5))
    expect(page.locator(".network .point .p dd").first).to_have_text("–")


def test_a_dragged_point_takes_the_boundary_along_while_it_trains(
    page: Page, app_url: str, run: Any
) -> None:
    maps = open_playground(page, app_url, drawn(run, TWO))
    card = maps.first
    page.get_by_role("button", name="Play", exact=True).click()
    wait_until(
        lambda: (class_at(card, 3, 4), class_at(card, -3, -4)) == (1, 0),
        within_s=20,
        what="the two points are told apart",
    )
    page.mouse.move(*at(card, -3, 0))
    page.mouse.down()
    page.mouse.move(*at(card, 0, 5), steps=5)
    page.mouse.move(*at(card, 3, 4), steps=5)
    wait_until(lambda: class_at(card, 3, 4) == 0, within_s=20, what="the boundary has followed")
    page.mouse.up()
    expect(page.locator(".map-caption")).to_have_text(
        re.compile(r"Training point 1 at \(3\.0\d, 4\.0\d\)|at \(2\.9\d, (3\.9|4\.0)\d\)")
    )


def test_keys_choose_move_label_add_and_remove_a_point(page: Page, app_url: str, run: Any) -> None:
    maps = open_playground(page, app_url, drawn(run, TWO))
    caption = page.locator(".map-caption")
    card = maps.first
    card.focus()
    page.keyboard.press("PageDown")
    expect(caption).to_have_text("Training point 1 at (−3.00, 0.00): class 1.")
    page.keyboard.press("ArrowRight")
    expect(caption).to_have_text("Training point 2 at (3.00, 0.00): class 2.")
    for key in ("Shift+ArrowUp", "Shift+ArrowUp", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    expect(caption).to_have_text("Training point 2 at (2.90, 0.20): class 2.")
    page.keyboard.press("1")
    expect(caption).to_have_text("Training point 2 at (2.90, 0.20): class 1.")
    page.keyboard.press("n")
    expect(card).to_have_accessible_name(re.compile("3 training points"))
    page.keyboard.press("Delete")
    expect(card).to_have_accessible_name(re.compile("2 training points"))
    expect(card).to_have_accessible_description(re.compile("Shift with an arrow key moves"))
    page.keyboard.press("Escape")
    expect(caption).not_to_contain_text("Training point 2")


def test_a_finger_moves_draws_and_erases_points_without_scrolling(
    phone: Page, app_url: str, run: Any
) -> None:
    maps = open_playground(phone, app_url, drawn(run, TWO))
    card = maps.first
    top = card.bounding_box()
    caption = phone.locator(".map-caption")
    phone.touchscreen.tap(*at(card, -3, 0))
    expect(caption).to_have_text("Training point 1 at (−3.00, 0.00): class 1.")
    stroke(phone, [at(card, -3, y) for y in (0, 1, 2, 3)])
    expect(caption).to_have_text(
        re.compile(r"Training point 1 at \(−(3\.0|2\.9)\d, (3\.0|2\.9)\d\)")
    )
    assert card.bounding_box() == top, "the page has not scrolled"
    phone.get_by_role("button", name="Draw class 2").tap()
    maps.first.scroll_into_view_if_needed()
    top = card.bounding_box()
    stroke(phone, [at(card, x, -4) for x in (-4, -3, -2, -1, 0, 1, 2, 3, 4)])
    expect(card).to_have_accessible_name(re.compile(r"\b([6-9]|1\d) training points"))
    before = count(card)
    assert card.bounding_box() == top, "the page has not scrolled"
    phone.get_by_role("button", name="Erase").tap()
    stroke(phone, [at(card, -3, 3)])
    stroke(phone, [at(card, 3, 0)])
    expect(card).to_have_accessible_name(re.compile(rf"\b{before - 2} training points"))


def count(card: Locator) -> int:
    """How many training points a map says it has."""
    found = re.search(r"(\d+) training points", card.get_attribute("aria-label") or "")
    assert found
    return int(found[1])


def stroke(page: Page, places: list[tuple[float, float]]) -> None:
    """A finger's way over the screen."""
    session = page.context.new_cdp_session(page)
    for kind, (x, y) in [
        ("touchStart", places[0]),
        *(("touchMove", place) for place in places[1:]),
    ]:
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.detach()


def test_a_network_that_stops_says_on_its_map_at_which_step_and_for_which_point(
    page: Page, app_url: str
) -> None:
    open_playground(
        page, app_url, "loss=inverse&loss=cross_entropy&play=rate.is.10~optimizer.is.momentum"
    )
    page.get_by_role("button", name="Play", exact=True).click()
    stops = page.locator(".network .stop")
    expect(stops.first).to_have_text(re.compile(r"Stopped at step \d+: .*\. Reset to begin again"))
    expect(stops.nth(1)).to_be_hidden()
    page.get_by_role("button", name="Reset", exact=True).click()
    expect(stops.first).to_be_hidden()


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_a_slow_step_shows_its_arrows_and_how_the_map_changes(
    page: Page, app_url: str, motion: Any
) -> None:
    page.emulate_media(reduced_motion=motion)
    open_playground(page, app_url, "loss=cross_entropy&play=rate.is.5~points.is.50")
    page.evaluate(
        """() => {
             const map = document.querySelector(".network canvas.picture");
             window.pictures = [];
             const look = () => {
               const picture = map.toDataURL();
               if (picture !== pictures.at(-1)) pictures.push(picture);
               requestAnimationFrame(look);
             };
             look();
           }"""
    )
    page.get_by_role("button", name="Slow step").click()
    expect(page.locator(".map-caption")).to_have_text(re.compile("Each arrow points where one"))
    began = page.evaluate("document.timeline.currentTime")
    page.wait_for_function(f"() => document.timeline.currentTime > {began} + 2500")
    expect(page.locator(".toolbar .steps")).to_have_text("1")
    seen = page.evaluate("() => pictures.length")
    assert seen == 3 if motion == "reduce" else seen > 3
