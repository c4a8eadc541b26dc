"""The glossary's table."""

import re

import pytest

from lossviz.ui.glossary.terms import TERMS, Term
from tests.support.claim_predicates import sentences
from tests.support.claims import hold
from tests.support.glossary_claims import GLOSSARY

every_term = pytest.mark.parametrize("term", TERMS.values(), ids=TERMS.keys())
ASKED = (
    "logit", "softmax", "penalty", "slope", "weight", "pull", "proper", "calibration", "seed",
    "frozen", "fine-tune",
)  # fmt: skip


def test_the_words_that_no_page_does_without_are_there() -> None:
    assert set(ASKED) <= set(TERMS)


def test_no_form_belongs_to_two_words() -> None:
    forms = [form for term in TERMS.values() for form in term.forms]
    assert len(forms) == len(set(forms))


@every_term
def test_a_meaning_is_one_or_two_plain_sentences_that_a_link_s_title_can_hold(term: Term) -> None:
    assert 1 <= len(sentences(term.meaning)) <= 2
    assert len(term.meaning) <= 200
    assert not set(term.meaning) & set('"`$*[]<>_\\')
    assert term.meaning.endswith(".")


@every_term
def test_where_a_word_is_seen_is_a_page_of_the_app(term: Term) -> None:
    for address in re.findall(r"\]\((\w+)", term.seen):
        assert address in {"penalty_curves", "geometry", "playground", "train"}
    assert bool(re.search(r"\]\(", term.seen)) == bool(term.seen)


def test_what_can_be_computed_of_the_meanings_is_in_the_glossary() -> None:
    said = {sentence for term in TERMS.values() for sentence in sentences(term.meaning)}
    assert set(GLOSSARY) <= said


@pytest.mark.parametrize("sentence", GLOSSARY)
def test_a_meaning_is_true(sentence: str) -> None:
    hold(GLOSSARY[sentence])
