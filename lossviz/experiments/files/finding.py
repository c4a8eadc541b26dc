"""Finding a comparison by what a person types: its id, the beginning of it, or its name."""

from collections.abc import Sequence

from lossviz.errors import InvalidInput
from lossviz.experiments.records import Comparison

_SHOWN = 5


def find_comparison(text: str, comparisons: Sequence[Comparison]) -> Comparison:
    """The one comparison that is meant.

    Args:
        text: Its id, the beginning of its id, or its name.
        comparisons: Those that there are.

    Raises:
        InvalidInput: None is meant, or more than one; the message lists these.
    """
    for matches in (
        [one for one in comparisons if one.id == text],
        [one for one in comparisons if one.name.casefold() == text.strip().casefold() != ""],
        [one for one in comparisons if text and one.id.startswith(text)],
    ):
        if len(matches) == 1:
            return matches[0]
        if matches:
            listed = ", ".join(one.id for one in matches[:_SHOWN])
            more = f" and {len(matches) - _SHOWN} more" if len(matches) > _SHOWN else ""
            raise InvalidInput(
                f"{text!r} means {len(matches)} comparisons: {listed}{more}; give more of the id"
            )
    raise InvalidInput(
        f"no comparison has the id or name {text!r}; lossviz runs list shows those that there are"
    )
