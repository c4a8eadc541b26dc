"""Who uses an app."""

from hypothesis import given
from hypothesis import strategies as st

from lossviz.experiments.visitors import browser_key, login_key


@given(st.text(min_size=1), st.text(min_size=1), st.text(min_size=1))
def test_the_border_between_issuer_and_subject_counts(first: str, second: str, third: str) -> None:
    assert login_key(first + second, third) != login_key(first, second + third)


@given(st.text(min_size=8))
def test_a_token_is_not_to_be_found_in_its_key(token: str) -> None:
    assert token not in browser_key(token)


def test_a_login_never_has_the_key_of_a_browser() -> None:
    assert login_key("a", "b").split("-")[0] != browser_key("ab").split("-")[0]
