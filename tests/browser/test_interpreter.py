"""The browser's own reading of formulas, held against Python's."""

import json

import numpy as np
import pytest
from playwright.sync_api import Page

from lossviz import LOSSES
from lossviz.charts.scales import SCALES
from lossviz.charts.views import VIEWS
from lossviz.losses.loss import DEFAULT_CLASSES, Loss
from tests.support.modules import open_modules

pytestmark = pytest.mark.browser
SETTINGS = 21  # of each parameter, from end to end
MODULES = ("curve_chart/views.js",)
EVALUATE = """([curve, classes, places, scale]) => {
  const read = readCurve(curve, classes), log = places.map(SCALES[scale].toLog);
  return Object.fromEntries(Object.keys(VIEWS).map((view) => [view, log.map((l) => String(VIEWS[view](read, l)))]));
}"""


def settings(loss: Loss) -> list[Loss]:
    """The loss at settings all over its parameters' ranges, each parameter in another order."""
    ranges = [
        np.roll(np.linspace(*parameter.slider_range(), SETTINGS), 8 * place)
        for place, parameter in enumerate(loss.parameters)
    ]
    found = [
        loss.with_values(**dict(zip(loss.values, map(float, values), strict=True)))
        for values in zip(*ranges, strict=True)
    ]
    return found or [loss]


def in_browser(page: Page, loss: Loss, scale: str) -> dict[str, np.ndarray]:
    even = loss.formula.even
    curve = json.loads(
        json.dumps({"penalty": even.penalty, "weight": even.weight, "values": dict(loss.values)})
    )
    found = page.evaluate(EVALUATE, [curve, DEFAULT_CLASSES, SCALES[scale].places.tolist(), scale])
    return {
        view: np.array([float(value.replace("Infinity", "inf")) for value in values])
        for view, values in found.items()
    }


@pytest.mark.parametrize("key", LOSSES)
def test_the_browser_draws_every_view_of_a_loss_as_python_does(page: Page, key: str) -> None:
    open_modules(page, *MODULES)
    for loss in settings(LOSSES[key]):
        for scale in ("p", "margin"):
            log_p = SCALES[scale].to_log_p(SCALES[scale].places)
            for view, found in in_browser(page, loss, scale).items():
                expected = VIEWS[view].values(loss, log_p, DEFAULT_CLASSES)
                np.testing.assert_allclose(
                    found, expected, rtol=1e-9, atol=1e-300, err_msg=f"{loss.spec}, {view}"
                )


def test_shares_of_the_gradient_add_up_and_follow_the_pull(page: Page) -> None:
    open_modules(page, *MODULES)
    at = [0.01, 0.1, 0.5, 0.9]
    for key in ("cross_entropy", "dot_product", "focal", "brier"):
        even = LOSSES[key].formula.even
        curve = json.loads(
            json.dumps(
                {"penalty": even.penalty, "weight": even.weight, "values": dict(LOSSES[key].values)}
            )
        )
        shares = page.evaluate(
            "([curve, classes, at]) => sharesOf(readCurve(curve, classes), at)",
            [curve, DEFAULT_CLASSES, at],
        )
        pulls = np.abs(LOSSES[key].pull(at))
        np.testing.assert_allclose(shares, pulls / pulls.sum(), rtol=1e-9)
