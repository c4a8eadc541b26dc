"""A loss in a notebook shows its name, formula and curve, and nothing in it is taken for markup."""

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from lossviz import LOSSES, parse_loss
from lossviz.losses.loss import Loss


@pytest.mark.parametrize("loss", LOSSES.values(), ids=lambda loss: loss.key)
def test_every_loss_is_drawn_as_well_formed_markup(loss: Loss) -> None:
    drawn = ET.fromstring(loss._repr_html_().replace("<br>", "<br/>"))
    assert drawn.find("b").text == loss.label
    assert drawn.find("code").text == f"f(p) = {loss.text}"
    (line,) = drawn.iter("polyline")
    assert len(line.get("points").split()) > 50
    assert "nan" not in line.get("points")


def test_a_name_that_looks_like_markup_is_shown_as_it_is() -> None:
    html = replace(parse_loss("1/p"), name="<script>x</script>")._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
