"""The browser's own reading of formulas, held against Python's."""

import json
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from lossviz import LOSSES
from lossviz.charts.scales import SCALES
from lossviz.charts.views import VIEWS
from lossviz.language.operations import OPERATIONS
from lossviz.language.tree import to_json
from lossviz.losses.loss import DEFAULT_CLASSES, Loss
from tests.support.modules import modules_page, open_modules
from tests.support.parameter_settings import settings

pytestmark = pytest.mark.browser

modules = modules_page("shared/curves.js")
EVALUATE = """([curve, classes, places, scale]) => {
  const read = readCurve(curve, classes), log = places.map(SCALES[scale].toLog);
  const values = (view) => log.map((l) => String(VIEWS[view](read, l)));
  return Object.fromEntries(Object.keys(VIEWS).map((view) => [view, values(view)]));
}"""
TABLES = """() => ({
  arities: Object.fromEntries(Object.entries(OPERATIONS).map(([name, f]) => [name, f.length])),
  reductions: Object.keys(REDUCTIONS),
})"""


def curve_json(loss: Loss) -> dict[str, Any]:
    """The loss as a page sends it to the browser."""
    even = loss.formula.even
    trees = {"penalty": to_json(even.penalty), "weight": to_json(even.weight)}
    return json.loads(json.dumps(trees | {"values": dict(loss.values)}))


def in_browser(page: Page, loss: Loss, scale: str) -> dict[str, np.ndarray]:
    arguments = [curve_json(loss), DEFAULT_CLASSES, SCALES[scale].places.tolist(), scale]
    found = page.evaluate(EVALUATE, arguments)
    return {
        view: np.array([float(value.replace("Infinity", "inf")) for value in values])
        for view, values in found.items()
    }


def test_the_browsers_table_of_operations_is_pythons(page: Page) -> None:
    open_modules(page, "shared/tree.js")
    found = page.evaluate(TABLES)
    elementwise = {
        name: operation.arity
        for name, operation in OPERATIONS.items()
        # connectives stand in generated code only
        if operation.reduction is None and operation.kind != "connective"
    }
    over_others = {
        name
        for name, operation in OPERATIONS.items()
        if operation.reduction is not None and operation.reduction.skips_true_class
    }
    assert found["arities"] == elementwise
    assert set(found["reductions"]) == over_others


@pytest.mark.parametrize("key", LOSSES)
def test_the_browser_draws_every_view_of_a_loss_as_python_does(modules: Page, key: str) -> None:
    for loss in settings(LOSSES[key]):
        for scale in ("p", "margin"):
            log_p = SCALES[scale].to_log_p(SCALES[scale].places)
            for view, found in in_browser(modules, loss, scale).items():
                expected = VIEWS[view].values(loss, log_p, DEFAULT_CLASSES)
                np.testing.assert_allclose(
                    found, expected, rtol=1e-9, atol=1e-300, err_msg=f"{loss.spec}, {view}"
                )


def test_shares_of_the_gradient_add_up_and_follow_the_pull(modules: Page) -> None:
    at = [0.01, 0.1, 0.5, 0.99]  # label smoothing pushes the last one down
    for key in ("cross_entropy", "dot_product", "focal", "brier", "label_smoothing"):
        shares = modules.evaluate(
            "([curve, classes, at]) => sharesOf(readCurve(curve, classes), at)",
            [curve_json(LOSSES[key]), DEFAULT_CLASSES, at],
        )
        pulls = LOSSES[key].pull(at)
        np.testing.assert_allclose(shares, pulls / np.abs(pulls).sum(), rtol=1e-9)
        assert (shares[-1] < 0) == (key == "label_smoothing")
