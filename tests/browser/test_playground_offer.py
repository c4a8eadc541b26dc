"""The playground's modules for losses agree with Python: specs, styles, and what is no loss."""

import re
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page

from lossviz.charts.loss_style import distinct_styles
from lossviz.errors import LossvizError
from lossviz.losses.catalogue import LOSSES
from lossviz.losses.loss import Loss
from lossviz.losses.parsing import loss_from_spec
from tests.support.modules import open_modules
from tests.support.playground_losses import MODULES, as_sent, with_offer

pytestmark = pytest.mark.browser

TYPED = ("p**-k; k=0.2", "my loss = (1-p)**2", "1/(p-k); k=2.0", "a*p**-k; a=1e-05; k=2.0")


def test_the_browser_writes_a_loss_as_python_does(page: Page) -> None:
    open_modules(page, *MODULES)
    losses = [*LOSSES.values(), *map(loss_from_spec, TYPED)]
    for loss in losses:
        for value in (0.25, 1.0, 1e-5, 0.1 + 0.2):
            try:
                moved = loss.with_values(**dict.fromkeys(loss.values, value))
            except LossvizError:
                continue
            assert page.evaluate("specOf", as_sent(moved)) == moved.spec


def test_losses_side_by_side_get_the_styles_that_python_gives_them(page: Page) -> None:
    open_modules(page, *MODULES)
    with_offer(page)
    keys = list(LOSSES)
    for start in range(len(keys) - 3):
        losses = [LOSSES[key] for key in (keys[-1 - start], *keys[start : start + 3])]
        styled = page.evaluate(
            "(losses) => offer.styled(losses)", [as_sent(loss) for loss in losses]
        )
        assert [loss["color"] for loss in styled] == [
            style.color for style in distinct_styles(losses)
        ]


@pytest.mark.parametrize("spec", ["1/(p-k); k=2.0", "log(k-p); k=2.0", "focal", "generalized"])
@pytest.mark.parametrize("value", [0.0, 0.3, 0.5, 1.0, 3.0])
def test_a_value_that_makes_no_loss_is_refused_in_the_browser_as_in_python(
    page: Page, spec: str, value: float
) -> None:
    open_modules(page, *MODULES)
    with_offer(page)
    loss = loss_from_spec(spec)
    (name,) = loss.values
    sent = as_sent(loss)
    sent["values"] = {name: value}
    hole = page.evaluate("(loss) => offer.hole(loss) ?? null", sent)
    assert (hole is None) == _is_loss(loss, name, value)


def _is_loss(loss: Loss, name: str, value: float) -> bool:
    try:
        loss.with_values(**{name: value})
    except LossvizError as error:
        # the slider's ends are no matter of the formula
        return bool(re.search("must lie between", str(error)))
    return True


def test_an_address_keeps_what_it_says_of_other_things(page: Page) -> None:
    open_modules(page, "playground/state/address.js")
    write = "(all) => withLosses(...all)"
    specs, start = ["p**-k; k=0.2", "focal:gamma=2.0"], ["cross_entropy"]
    search = page.evaluate(write, ["?K=10&loss=brier&hide=menu&embed=true", specs, start])
    assert parse_qs(search.removeprefix("?")) == {
        "loss": specs,
        "K": ["10"],
        "hide": ["menu"],
        "embed": ["true"],
    }
    assert page.evaluate(write, ["?loss=brier", start, start]) == ""
    assert page.evaluate(write, ["", [], start]) == "?loss=none"
