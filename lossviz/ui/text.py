"""Text of a visitor's, or of an error, among Markdown."""

import re

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!$~<>|:^])")


def plain(text: object) -> str:
    r"""The text so that Markdown shows it as it is: ``p**-k`` is no emphasis.

    >>> plain("p**-k")
    'p\\*\\*\\-k'
    """
    return _MARKDOWN.sub(r"\\\1", str(text))
