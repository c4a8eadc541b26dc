"""Marking words in a text of Markdown: each becomes a link to its entry in the glossary."""

import re
from collections.abc import Collection
from functools import cache, lru_cache
from typing import Final

from lossviz.losses.catalogue import LOSSES
from lossviz.ui.glossary.terms import TERMS, Term

# What stays as it is, the first that matches at a place: bold texts too, as a loss's name may hold
# a word.
_KEPT: Final = (
    r"^ {0,3}#{1,6} .*$",  # a heading
    r"(?P<fence>```+|~~~+)[\s\S]*?(?P=fence)",
    r"(?P<ticks>`+)[\s\S]*?(?P=ticks)",  # code
    r"\$\$[\s\S]*?\$\$|(?<!\\)\$(?! )[^$\n]+?(?<! )\$(?!\d)",  # LaTeX
    r"!?\[(?:[^\[\]\\]|\\.|\[[^\]]*\])*\]\([^)]*\)",  # a link or an image
    r":[\w/+-]+:|:[\w-]+\[",  # an icon, or the name of a directive such as :small[
    r"\{[^}\n]*\}",
    r"<a\b[\s\S]*?</a>|<[^>\n]*>",
    r"https?://\S+",
    r"\*\*(?!(?:The|A|An) )(?:[^*\\]|\\.)+\*\*",  # no name begins like this
)
# Escaped Markdown has a backslash before each sign of it.
_HYPHEN: Final = r"\\?[-_]"


def mark_words(markdown: str, marked: Collection[str] = ()) -> tuple[str, tuple[str, ...]]:
    """Mark each word of the glossary where the text has it first.

    Words stay unmarked within code, formulas, links, headings and bold text, unless the whole of a
    bold text is a word.

    Args:
        markdown: The text.
        marked: The keys of words that are marked elsewhere.

    Returns:
        The text with links, and the keys of the words that they lead to.

    >>> mark_words("its Logits, not `logits`", marked={"softmax"})[1]
    ('logit',)
    """
    return _mark(markdown, frozenset(marked))


@lru_cache(maxsize=2048)  # pages say the same to all visitors
def _mark(markdown: str, marked: frozenset[str]) -> tuple[str, tuple[str, ...]]:
    found: list[str] = []

    def link(match: re.Match[str]) -> str:
        text = match["word"] or match["bold"]
        key = text and _key_of(text)
        if not key or key in found or key in marked:
            return match[0]
        found.append(key)
        marked_text = f"[{text}]({address_of(key)} {_title(TERMS[key])})"
        return marked_text if match["word"] else f"**{marked_text}{match['end']}"

    return _pattern().sub(link, markdown), tuple(found)


def address_of(key: str) -> str:
    """The address of a word's entry, from any page.

    >>> address_of("logit")
    'glossary#logit'
    """
    return f"glossary#{key}"


def _title(term: Term) -> str:
    return '"{}"'.format(term.meaning.replace('"', r"\""))


def _key_of(text: str) -> str:
    written = " ".join(text.lower().replace("\\", "").replace("_", "-").split())
    return _keys_of_forms()[written]


@cache
def _keys_of_forms() -> dict[str, str]:
    """Each form, and its plural in s, with the key of its word."""
    return {
        form.replace("_", "-") + plural: term.key
        for term in TERMS.values()
        for form in term.forms
        for plural in ("s", "")
    }


@cache
def _pattern() -> re.Pattern[str]:
    """What is kept, or else a word, the longest that stands at a place."""
    forms = sorted(_keys_of_forms(), key=len, reverse=True)
    word = "|".join(re.escape(form).replace(r"\-", _HYPHEN).replace(r"\ ", r"\s") for form in forms)
    names = {loss.name for loss in LOSSES.values()}
    others = {sense for term in TERMS.values() for sense in term.other_senses}
    phrases = "|".join(
        re.escape(phrase).replace(r"\-", _HYPHEN)
        for phrase in sorted(names | others, key=len, reverse=True)
    )
    return re.compile(
        rf"\*\*(?P<bold>{word})(?P<end>[.:]?\*\*)|{'|'.join(_KEPT)}"
        rf"|(?<![\w-])(?:{phrases})(?![\w-])|(?<![\w-])(?P<word>{word})(?![\w-])",
        re.IGNORECASE | re.MULTILINE,
    )
