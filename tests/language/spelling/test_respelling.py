"""Formulas as people write them: each is read as what it means, or is refused with the words to
write instead.
"""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lossviz import LOSSES, loss_from_spec, parse_loss
from lossviz.errors import FormulaError, InvalidInput, LossvizError, ParameterError
from lossviz.language.spelling.respelling import respell
from lossviz.language.syntax import MAX_CHARACTERS
from lossviz.losses.analysis.lint import lint
from lossviz.losses.parsing import with_name
from lossviz.losses.start_values import START_VALUES
from tests.support.spellings import CLASSES, READ, REFUSED

P = (0.07, 0.3, 0.5, 0.83, 1.0)


@pytest.mark.parametrize(("typed", "read", "computed"), READ, ids=[typed for typed, *_ in READ])
def test_a_spelling_is_read_as_what_it_means(
    typed: str, read: str, computed: Callable[[float], float]
) -> None:
    loss = loss_from_spec(typed)
    assert loss == loss_from_spec(read)
    assert loss.spec.replace(".0,", ",").removesuffix(".0").replace(".0;", ";") == read
    expected = [computed(p) for p in P]
    assert loss.penalty(P, classes=CLASSES).tolist() == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("typed", "place", "words"), REFUSED, ids=[typed for typed, *_ in REFUSED])
def test_what_is_not_clear_is_refused_with_the_words_to_write(
    typed: str, place: int | None, words: str
) -> None:
    with pytest.raises(FormulaError) as refused:
        loss_from_spec(typed)
    assert (refused.value.reason, refused.value.position) == (words, place)


def test_the_table_holds_two_hundred_spellings() -> None:
    assert len({typed for typed, *_ in (*READ, *REFUSED)}) >= 200


@pytest.mark.parametrize("key", LOSSES)
def test_the_text_of_a_catalogue_loss_is_that_loss(key: str) -> None:
    loss = LOSSES[key]
    typed = parse_loss(loss.text)
    assert (typed.text, typed.values) == (loss.text, loss.values)
    assert parse_loss(loss.text.replace("**", "^").replace("-", " − ")).values == loss.values


def test_parameters_of_a_catalogue_loss_start_as_in_it_however_it_is_written() -> None:
    assert parse_loss("1/p**k").values == {"k": 0.2}
    assert parse_loss("log(p)*-(1-p)**gamma").values == {"gamma": 2.0}
    assert parse_loss("1 - p^a/a").values == {"a": START_VALUES["a"]}  # no loss of the catalogue


@pytest.mark.parametrize("text", ["(c-1)*p", "p**(1-c)", "log(p**(c-1))"])
def test_a_formula_that_is_constant_at_its_start_is_said_to_be(text: str) -> None:
    assert "It is constant" in lint(parse_loss(text))[0].message


def test_a_parameter_that_the_formula_does_not_use_is_refused() -> None:
    with pytest.raises(ParameterError, match="does not use the parameter 'q'"):
        loss_from_spec("p**-k; k=0.3, q=0.7")


@pytest.mark.parametrize("name", ["L", "f(p)", "mine(p)", "loss"])
def test_a_loss_gets_no_name_that_its_spec_would_lose(name: str) -> None:
    with pytest.raises(InvalidInput):
        with_name(parse_loss("1-p"), name)


def test_a_name_that_every_loss_could_have_is_no_name() -> None:
    assert loss_from_spec("L = 1-p") == loss_from_spec("1-p")


_PIECES = st.sampled_from(
    [
        *"p2k)(+-*/^,<> ²½√·−|.[{]}",
        "log(", "ln", "log2(", "sigmoid(", "pow(", "clip(", "0,5", "p_t", "γ", "λ", "**", "pj",
        "sum(", "where(", "e", "pi", "1e-3", "0.5", "(1-p)", "np.", "⁻¹", "ᵏ",
    ]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=14).map("".join))
@settings(max_examples=400)
def test_what_is_read_is_read_again_as_itself(text: str) -> None:
    try:
        once = respell(text, known=frozenset(START_VALUES))
        loss = loss_from_spec(text)
    except LossvizError:
        return
    assert len(once.places) == len(once.text)
    assert all(0 <= place < len(text) for place in once.places)
    assert loss_from_spec(loss.spec) == loss


def test_a_formula_that_is_too_long_once_it_is_read_is_refused() -> None:
    text = "+".join(["½p"] * (MAX_CHARACTERS // 3))
    assert len(text) <= MAX_CHARACTERS
    with pytest.raises(FormulaError, match="characters as it is read; at most 500"):
        parse_loss(text)
