"""The words of the pages: none that was retired, and each word of the glossary marked once."""

import re

import pytest
from streamlit.testing.v1.element_tree import Block, Element

from lossviz.ui.frame import PAGES
from lossviz.ui.glossary.marking import mark_words
from tests.support.page_strings import page_strings
from tests.support.pages import opened
from tests.support.retired_words import RETIRED
from tests.support.words import links, without_links


def _texts(block: Block) -> list[str]:
    """The texts in Markdown of a part of a page, from top to bottom."""
    found = []
    for child in block.children.values():
        if isinstance(child, Block):
            found += _texts(child)
        elif isinstance(child, Element) and child.type in ("markdown", "caption"):
            found.append(str(child.value))
    return found


def test_the_strings_of_all_kinds_of_sources_are_found() -> None:
    kinds = {string.path.rsplit(".")[-1] for string in page_strings()}
    assert kinds == {"py", "js", "html"}
    assert len(page_strings()) > 5000


@pytest.mark.parametrize("word", RETIRED)
def test_a_retired_word_is_said_nowhere(word: str) -> None:
    found = [
        f"{string.path}:{string.line}: {string.text[:120]!r}; say {RETIRED[word]}"
        for string in page_strings()
        if re.search(word, string.text)
    ]
    assert found == []


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_no_retired_word_and_marks_each_word_of_the_glossary_where_it_first_stands(
    path: str,
) -> None:
    app = opened(path)
    assert not app.exception
    texts = _texts(app.main)
    plain = [without_links(text) for text in texts]
    assert [(word, text) for text in plain for word in RETIRED if re.search(word, text)] == []
    if path == "pages/glossary.py":
        return
    marked = [key for text in texts for key in links(text)]
    assert len(marked) == len(set(marked))
    earlier: set[str] = set()
    for text, said in zip(texts, plain, strict=True):
        assert set(links(text)) == set(mark_words(said, earlier)[1]) & set(marked), said
        earlier |= set(links(text))
