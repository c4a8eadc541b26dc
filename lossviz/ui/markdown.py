"""Text on a page: a visitor's own, and an error's, among Markdown."""

import re

_BACKTICKS = re.compile(r"`+")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!$~<>|:^])")


def escape_markdown(text: object) -> str:
    r"""The text so that Markdown shows it as it is: ``p**-k`` is no emphasis.

    >>> escape_markdown("p**-k")
    'p\\*\\*\\-k'
    """
    return _MARKDOWN.sub(r"\\\1", str(text))


def count_of(number: int, singular: str, plural: str) -> str:
    """A number with its noun.

    >>> count_of(1, "loss", "losses"), count_of(0, "seed", "seeds")
    ('1 loss', '0 seeds')
    """
    return f"{number} {singular if number == 1 else plural}"


def capitalised(text: str) -> str:
    """The text with a capital at its beginning; unlike ``str.capitalize`` the rest stays.

    >>> capitalised("no GPU here")
    'No GPU here'
    """
    return text[:1].upper() + text[1:]


def code_block(text: str) -> str:
    r"""The text as a code block of Markdown; no backticks in it end the block.

    >>> code_block("p```")
    '````text\np```\n````\n'
    """
    fence = "`" * max(3, 1 + max(map(len, _BACKTICKS.findall(text)), default=0))
    return f"{fence}text\n{text}\n{fence}\n"
