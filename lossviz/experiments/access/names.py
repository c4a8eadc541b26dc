"""What a comparison may be called."""

import unicodedata
from typing import Final

from lossviz.errors import InvalidInput

MOST_CHARACTERS: Final = 80


def comparison_name(text: str) -> str:
    r"""The name that was typed, on one line, without invisible characters; empty for none.

    A name that is shared is read by others: it may neither break their page nor turn its order.

    Raises:
        InvalidInput: It is too long.

    >>> comparison_name("  low\nrates ")
    'low rates'
    """
    visible = (" " if unicodedata.category(one)[0] in "CZ" else one for one in text)
    name = " ".join("".join(visible).split())
    if len(name) > MOST_CHARACTERS:
        raise InvalidInput(
            f"a name has at most {MOST_CHARACTERS} characters, this one {len(name)}; shorten it"
        )
    return name
