"""Losses of which only a name is known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossviz.errors import InvalidInput, LossvizError
from lossviz.losses.functions import MAX_NAME, function_spec, is_function, loss_label
from lossviz.losses.parsing import loss_from_spec

NAMES = st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=MAX_NAME)


@given(name=NAMES)
def test_a_function_is_called_as_it_was_named_and_is_no_formula(name: str) -> None:
    spec = function_spec(name)
    assert is_function(spec)
    assert loss_label(spec) == name
    with pytest.raises(LossvizError):
        loss_from_spec(spec)


def test_a_formula_is_called_as_everywhere() -> None:
    for spec in ("cross_entropy", "inverse_power:k=0.2", "my loss = p**-k; k=0.2"):
        assert not is_function(spec)
        assert loss_label(spec) == loss_from_spec(spec).label


@pytest.mark.parametrize("name", ["", "  ", "x" * (MAX_NAME + 1), "two\nlines", "nul\0"])
def test_a_name_that_cannot_be_shown_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="printable characters"):
        function_spec(name)
    with pytest.raises(InvalidInput):
        loss_label(f"function:{name}")
