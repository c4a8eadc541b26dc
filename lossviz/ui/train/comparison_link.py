"""Which comparison the training page's address names."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from lossviz.ui.state.address import read_address, write_address
from lossviz.ui.state.url_state import Property, Reading, Unreadable, read_query
from lossviz.ui.train.place import OF_COMPARISON

PARAMETER: Final = "comparison"


def comparison_property(known: Collection[str], unreadable: Collection[str] = ()) -> Property[str]:
    """The id of the comparison that is shown; empty for the newest, whichever that is.

    Args:
        known: The ids of all comparisons in the database that can be shown.
        unreadable: The ids of those that cannot.
    """

    def parse(texts: Sequence[str]) -> str:
        if texts[-1] in unreadable:
            raise Unreadable(
                "The comparison that this link names cannot be read; the newest that can be read is"
                " shown."
            )
        if texts[-1] not in known:
            raise Unreadable(
                "The comparison that this link names is not in this app's database; the newest is"
                " shown."
            )
        return texts[-1]

    return Property(
        name=PARAMETER,
        attribute="comparison_id",
        default="",
        parse=parse,
        print=lambda comparison_id: [comparison_id],
        limits="a comparison of this app's database",
    )


def read_comparison_link(
    query: Mapping[str, Sequence[str]], known: Collection[str], unreadable: Collection[str] = ()
) -> Reading[str]:
    """The id that an address names; empty for the newest.

    >>> read_comparison_link({"comparison": ["a"]}, ["a", "b"]).value
    'a'
    """
    reading = read_query((comparison_property(known, unreadable),), query)
    return Reading(value=reading.value["comparison_id"], problems=reading.problems)


def linked_comparison(known: Collection[str], unreadable: Collection[str] = ()) -> Reading[str]:
    """The same of this page's address."""
    return read_comparison_link(read_address((PARAMETER,)), known, unreadable)


def link_comparison(comparison_id: str) -> None:
    """Let the page's address name a comparison, and nothing more of another one.

    Side effects: writes the address.
    """
    write_address({PARAMETER: [comparison_id]}, (PARAMETER, *OF_COMPARISON))


def linked_id() -> str:
    """The id that this page's address names, known or not; empty where it names none."""
    return (read_address((PARAMETER,)).get(PARAMETER) or [""])[-1]
