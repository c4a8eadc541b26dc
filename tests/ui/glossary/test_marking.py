"""Marking words in Markdown."""

import re

import pytest

from lossviz.ui.glossary.marking import mark_words
from lossviz.ui.glossary.terms import TERMS
from lossviz.ui.markdown import escape_markdown
from tests.support.words import links, without_links


@pytest.mark.parametrize(
    "text",
    [
        "`logit`",
        "```\nlogit\n```",
        "$logit + 1$",
        "[logit](train)",
        "## logit",
        "**my logit**",
        "https://example.org/logit",
        '<span title="logit">x</span>',
        "the confidence penalty",
        "cross-entropy",
        "weight decay",
        "logits-first",
        "the metalogit",
        ":material/weight:",
    ],
)
def test_a_word_that_is_no_running_text_stays_as_it_is(text: str) -> None:
    assert mark_words(text) == (text, ())


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Logits rise.", "logit"),
        ("**Weight.** How much", "weight"),
        ("**Weight**", "weight"),
        ("**The flow** of a loss", "flow"),
        ("its penalties", "penalty"),
        (escape_markdown("is fine-tuned"), "fine-tune"),
        ("learning\nrates", "learning-rate"),
        ("from\nlog odds on", "logit-margin"),
        ("$p$ is a logit", "logit"),
        (":small[logit]", "logit"),
        ("*pull*", "pull"),
    ],
)
def test_a_word_is_marked_in_any_of_its_forms_and_the_text_reads_as_before(
    text: str, key: str
) -> None:
    marked, found = mark_words(text)
    assert found == (key,)
    assert links(marked) == [key]
    assert without_links(marked) == text


def test_only_the_first_place_is_marked_and_none_where_another_text_has_it() -> None:
    text = "A logit beside a logit, by seed."
    marked, found = mark_words(text)
    assert marked.startswith("A [logit](glossary#logit ")
    assert links(marked) == ["logit", "seed"] == list(found)
    assert links(mark_words(text, {"logit"})[0]) == ["seed"]


@pytest.mark.parametrize("key", TERMS)
def test_every_word_is_marked_with_its_own_meaning(key: str) -> None:
    marked, found = mark_words(f"one {TERMS[key].forms[0]} more")
    assert found == (key,)
    assert re.search(r'"(.*)"\)', marked)[1] == TERMS[key].meaning  # type: ignore[index]
