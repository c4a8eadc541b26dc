"""Formulas as MathML."""

import re
from xml.etree import ElementTree

import pytest

from lossviz.losses.loss import Loss
from lossviz.losses.parsing import loss_from_spec
from lossviz.ui.mathml import to_mathml
from tests.support.loss_cases import every_loss

TYPED = (
    "tanh(p) + abs(p-0.5) + exp(-exp(p))",
    "min(p, 0.5)**2.5 * sqrt(p)",
    "sin(alpha_t*p) + kabs; alpha_t=1; kabs=2",
    "where(p < 0.5, 1-p, 0)",
    "max(1-pj) + sum(pj**2)/K - p",
)


def _text(latex: str) -> str:
    return "".join(ElementTree.fromstring(to_mathml(latex)).itertext())


@every_loss
def test_every_formula_of_the_catalogue_is_read_to_its_end(loss: Loss) -> None:
    text = _text(loss.latex)
    assert not set(text) & set("\\{}&_^")
    assert text.count("p") == re.sub(r"\\[a-z]+", "", loss.latex).count("p")


@pytest.mark.parametrize("spec", TYPED)
def test_a_typed_formula_is_read_too(spec: str) -> None:
    assert not set(_text(loss_from_spec(spec).latex)) & set("\\{}&_^")


def test_fractions_powers_and_cases_keep_their_shape() -> None:
    assert to_mathml(r"\frac{1 - p^{q}}{q}") == (
        "<math><mfrac><mrow><mn>1</mn><mo>−</mo><msup><mi>p</mi><mrow><mi>q</mi></mrow></msup>"
        "</mrow><mrow><mi>q</mi></mrow></mfrac></math>"
    )
    cases = ElementTree.fromstring(to_mathml(loss_from_spec("where(p < 0.5, 1-p, 0)").latex))
    assert len(cases.findall(".//mtr")) == 2


def test_what_a_name_holds_is_text() -> None:
    assert "<script>" not in to_mathml(r"\mathrm{<script>}")
