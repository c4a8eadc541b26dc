"""What tests of words share: the glossary's links in a text of Markdown."""

import re

_LINK = re.compile(r'\[((?:[^\[\]\\]|\\.)+)\]\(glossary#([\w-]+) "[^"]*"\)')


def links(markdown: str) -> list[str]:
    """The keys of the words that are marked, in their order.

    >>> links('a [logit](glossary#logit "A number.")')
    ['logit']
    """
    return [match[2] for match in _LINK.finditer(markdown)]


def without_links(markdown: str) -> str:
    """The text as it was before its words were marked.

    >>> without_links('a [logit](glossary#logit "A number.")')
    'a logit'
    """
    return _LINK.sub(r"\1", markdown)
