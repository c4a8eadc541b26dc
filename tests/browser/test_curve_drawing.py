"""Where the chart draws curves, their dots and their names, to the pixel."""

import itertools
from typing import Any

import pytest
from playwright.sync_api import Page

from lossviz import LOSSES, parse_loss
from lossviz.losses.loss import Loss
from tests.support.curve_chart import chart_data, draw_chart, open_chart
from tests.support.lengths import light_first

pytestmark = pytest.mark.browser

# Smooth and steep ones, ones with a kink, with negative values, of all classes, and with a jump
DRAWN = [
    *(
        LOSSES[key]
        for key in ("cross_entropy", "inverse", "dot_product", "focal", "hinge", "truncated")
    ),
    *(LOSSES[key] for key in ("brier", "label_smoothing", "normalised_cross_entropy")),
    parse_loss("where(p < 0.43, 2 - p, 1 - p)"),
]
AXES = [("p", ()), ("p", ("x",)), ("odds", ()), ("odds", ("x",)), ("margin", ())]
PAIRS = [("penalty", "slope"), ("weight", "pull")]
CLASSES = (2, 37, 1000)
# At some places of the cursor, how far the dots within the plots are from the drawn curves, at most
FARTHEST = """async (shares) => {
  const pointsOf = (path) => [...path.getAttribute("d").matchAll(/([ML])([-\\d.]+),([-\\d.]+)/g)]
    .map(([, command, x, y]) => ({ command, x: Number(x), y: Number(y) }));
  const distance = (a, b, x, y) => {
    const [dx, dy] = [b.x - a.x, b.y - a.y];
    const along = ((x - a.x) * dx + (y - a.y) * dy) / (dx * dx + dy * dy || 1);
    const t = Math.max(0, Math.min(1, along));
    return Math.hypot(a.x + t * dx - x, a.y + t * dy - y);
  };
  let [farthest, count] = [0, 0];
  const panes = [...document.querySelectorAll(".pane")];
  const curves = panes.map((pane) => [...pane.querySelectorAll(".scatterlayer .trace")].map(
    (trace) => [...trace.querySelectorAll("path.js-line")].flatMap(pointsOf)));
  for (const share of shares) {
    const area = panes[0].querySelector(".nsewdrag").getBoundingClientRect();
    const [clientX, clientY] = [area.x + share * area.width, area.y + area.height / 2];
    panes[0].dispatchEvent(new PointerEvent("pointermove", { clientX, clientY }));
    await new Promise(requestAnimationFrame); // after the chart's own, asked for before
    panes.forEach((pane, i) => {
      const { height } = pane.querySelector(".overlay").getBoundingClientRect();
      pane.querySelectorAll(".dots circle").forEach((dot, j) => {
        const [x, y] = [dot.cx.baseVal.value, dot.cy.baseVal.value];
        if (y < 0 || y > height) return;
        const points = curves[i][j];
        const found = Math.min(...points.slice(1).map((point, k) =>
          point.command === "L" ? distance(points[k], point, x, y) : Infinity));
        count += 1;
        farthest = Math.max(farthest, found);
      });
    });
  }
  return [farthest, count];
}"""
SHARES = [0.0015, 0.006, 0.03, 0.31, 0.428, 0.9, 0.9985]
NAMES = """() => {
  const { width, height } = document.querySelector(".overlay").getBoundingClientRect();
  const names = [...document.querySelectorAll(".overlay .labels > g")].map((label) => {
    const { x, y, width, height } = label.querySelector("text").getBBox();
    return { id: label.dataset.loss, text: label.textContent, x, y, width, height };
  });
  return { width, height, names };
}"""
LOSSES_BY_NAME = {f"loss {place}": loss for place, loss in enumerate(DRAWN)}


def overlap(one: dict[str, float], other: dict[str, float]) -> bool:
    return all(
        one[side] < other[side] + other[length] and other[side] < one[side] + one[length]
        for side, length in (("x", "width"), ("y", "height"))
    )


def assert_names_are_readable(found: dict[str, Any]) -> None:
    """Within the plot, and none on another."""
    for name in found["names"]:
        assert name["x"] >= 0
        assert name["y"] >= -1
        assert name["x"] + name["width"] <= found["width"] + 1
        assert name["y"] + name["height"] <= found["height"] + 1
    for one, other in itertools.combinations(found["names"], 2):
        assert not overlap(one, other), (one, other)


@pytest.mark.parametrize("counts_at_once", light_first(1, len(CLASSES)))
def test_dots_lie_on_their_curves_in_every_view_over_every_axis_for_any_number_of_classes(
    page: Page, monkeypatch: pytest.MonkeyPatch, counts_at_once: int
) -> None:
    open_chart(page)
    kinds = itertools.product(AXES, [(), ("y",)], PAIRS)
    next_counts = itertools.cycle(CLASSES)
    for (scale, log_x), log_y, views in kinds:
        for classes in itertools.islice(next_counts, counts_at_once):
            data = chart_data(
                monkeypatch,
                LOSSES_BY_NAME,
                views,
                scale=scale,
                logs=(*log_x, *log_y),
                classes=classes,
            )
            draw_chart(page, data)
            farthest, count = page.evaluate(FARTHEST, SHARES)
            assert count > 60
            assert farthest < 1, (scale, log_x, log_y, views, classes)


def test_curves_stay_smooth_under_dots_however_far_one_zooms(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_chart(page)
    draw_chart(page, chart_data(monkeypatch, LOSSES_BY_NAME, ("penalty",)))
    for x, y in (([0, 0.002], [4, 12]), ([0.4299, 0.4301], [0, 2]), ([0.99, 1.001], [-0.1, 0.1])):
        page.evaluate(
            "([x, y]) => Plotly.relayout(document.querySelector('.plot'),"
            " { 'xaxis.range': x, 'yaxis.range': y })",
            [x, y],
        )
        farthest, count = page.evaluate(FARTHEST, [0.1, 0.3, 0.48, 0.52, 0.7, 0.85])
        assert count > 5
        assert farthest < 1, (x, y)
        assert_names_are_readable(page.evaluate(NAMES))


TWELVE = {key: LOSSES[key] for key in list(LOSSES)[:8]} | {
    key: LOSSES[key] for key in ("brier", "cosine", "hinge")
}
LONG = "(1 - p)**2 + 0.1*sqrt(1 - p) + max(0, 0.3 - p)"


@pytest.mark.parametrize("width", [1000, 390])
def test_twelve_curves_have_their_names_beside_them_and_none_lies_on_another(
    page: Page, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    open_chart(page)
    losses: dict[str, Loss] = TWELVE | {"own": parse_loss(LONG)}
    for view, scale in (("penalty", "p"), ("weight", "margin")):
        draw_chart(page, chart_data(monkeypatch, losses, (view,), scale=scale))
        found = page.evaluate(NAMES)
        assert_names_are_readable(found)
        assert {name["id"] for name in found["names"]} == set(losses)
        texts = {name["id"]: name["text"] for name in found["names"]}
        assert texts["focal"] == "focal, γ = 2"
        assert texts["cross_entropy"] == "cross-entropy"
        assert texts["own"].endswith("…")


def test_names_follow_a_drag_frame_by_frame_and_go_with_their_curves(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_chart(page)
    losses = {key: LOSSES[key] for key in ("cross_entropy", "inverse_power", "dot_product")}
    draw_chart(page, chart_data(monkeypatch, losses, ("penalty",)))
    places = []
    for step in range(20):
        k = round(0.2 + 0.05 * step, 2)
        page.evaluate(
            """async (value) => {
              parameterChanges.send({ id: "inverse_power", name: "k", value, phase: "moving" });
              await new Promise(requestAnimationFrame);
              await new Promise(requestAnimationFrame);
            }""",
            k,
        )
        found = page.evaluate(NAMES)
        assert_names_are_readable(found)
        (name,) = [name for name in found["names"] if name["id"] == "inverse_power"]
        assert name["text"] == f"inverse power, k = {k:g}"
        places.append((name["x"], name["y"]))
    steps = [
        abs(x - before_x) + abs(y - before_y)
        for (before_x, before_y), (x, y) in itertools.pairwise(places)
    ]
    assert sum(step > 60 for step in steps) <= 3  # it glides, and jumps only to make room
    page.get_by_role("button", name="inverse power").click()
    page.wait_for_function("document.querySelectorAll('.overlay .labels > g').length === 2")
