"""Whether the chart keeps pace with a drag.

Its figures are printed; ``pytest tests/browser/test_drag_speed.py -s`` shows them.
"""

import statistics

import pytest
from playwright.sync_api import Page

from lossviz.ui.loss_picker import FEATURED
from tests.support.curve_page import open_curves, press_on_slider
from tests.support.lengths import light_first

pytestmark = [pytest.mark.browser, pytest.mark.alone]

LEAST_RATE = 30  # frames a second
ALL_FIVE = "penalty_curves?" + "&".join(f"loss={key}" for key in FEATURED)
# At each frame: the time since the last, and whether the chart shows what the slider says. Chromium
# calls a frame's callbacks in their order of registration, so this one, registered in the frame
# before, may see the chart one frame late: what it compares is the value that it saw last.
WATCH = """() => {
  window.gaps = []; window.late = 0; window.shown = 0;
  const slider = document.querySelector('input[type=range][aria-label="k of inverse power"]');
  const plot = document.querySelector('.plot');
  let last = performance.now(), before = null;
  const tick = (now) => {
    gaps.push(now - last); last = now;
    const { drawn } = plot.dataset;
    if (before !== null && before !== drawn && slider.value !== drawn) late += 1;
    if (before !== slider.value) shown += 1;
    before = slider.value;
    window.ticking = requestAnimationFrame(tick);
  };
  window.ticking = requestAnimationFrame(tick);
}"""


@pytest.mark.parametrize(
    "views", light_first("", "&view=penalty&view=weight"), ids=["one view", "two views"]
)
def test_a_drag_keeps_pace_with_the_screen_and_each_frame_shows_the_newest_value(
    page: Page, app_url: str, views: str
) -> None:
    """Two seconds of dragging with five curves and their names.

    The target is 55 frames a second and a 95th percentile of 20 ms on two idle cores; other
    programs cost frames, so the test asserts less, of the best of three drags.
    """
    open_curves(page, f"{app_url}/{ALL_FIVE}{views}")
    rates: list[float] = []
    for _ in range(3):
        x, y, length = press_on_slider(page, "k of inverse power")
        page.evaluate(WATCH)
        for step in range(120):
            page.mouse.move(x + 0.6 * length * step / 120, y)
            page.wait_for_timeout(15)
        gaps, late, shown = page.evaluate(
            "() => { cancelAnimationFrame(window.ticking); return [gaps.slice(1), late, shown]; }"
        )
        page.mouse.up()
        rate, p95 = 1000 / statistics.fmean(gaps), statistics.quantiles(gaps, n=20)[-1]
        print(
            f"\ndrag: {len(gaps)} frames, {rate:.1f} frames/s, 95th percentile of the gap"
            f" {p95:.1f} ms, {shown} values, {late} shown late"
        )
        assert late == 0
        assert shown > 30
        rates.append(rate)
        if rate > LEAST_RATE:
            break
    assert max(rates) > LEAST_RATE
