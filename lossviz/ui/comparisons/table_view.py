"""What the page of comparisons shows, and how its address says it: search, filters, order,
grouping, and what is selected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from lossviz.experiments.bench.bench_row import BenchRow, BenchState
from lossviz.experiments.bench.filters import BenchFilter, by_recipe, filtered, sorted_by
from lossviz.experiments.permissions import Whose
from lossviz.experiments.recipes import KNOWN_RECIPES
from lossviz.experiments.records import Origin
from lossviz.ui.state.comparisons_query import SELECTED
from lossviz.ui.state.url_state import (
    Property,
    Query,
    Reading,
    Unreadable,
    one_of,
    read_query,
    write_query,
)

NEWEST_FIRST: Final = "-created"
MOST_SELECTED: Final = 20
_LONGEST_SEARCH: Final = 200  # characters
_LONGEST_ID: Final = 40
_MOST_TAGS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order of the table.

    Attributes:
        name: For people.
        key: Of ``SORT_KEYS``.
        descending: Whether the largest comes first.
    """

    name: str
    key: str
    descending: bool = False


ORDERS: Final[Mapping[str, Order]] = MappingProxyType(
    {  # by how an address says it
        NEWEST_FIRST: Order(name="Newest first", key="created", descending=True),
        "created": Order(name="Oldest first", key="created"),
        "error": Order(name="Fewest errors first", key="error"),
        "-error": Order(name="Most errors first", key="error", descending=True),
        "-starred": Order(name="Starred first", key="starred", descending=True),
        "name": Order(name="By name", key="name"),
        "recipe": Order(name="By dataset", key="recipe"),
        "state": Order(name="By state", key="state"),
        "verdict": Order(name="By verdict", key="verdict"),
        "-duration": Order(name="Longest first", key="duration", descending=True),
        "duration": Order(name="Shortest first", key="duration"),
        "-trials": Order(name="Most trials first", key="trials", descending=True),
        "made by": Order(name="By who made it", key="made by"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableView:
    """What the page shows.

    Attributes:
        words: What is searched for; empty for nothing.
        recipe: Key of the dataset that is wanted; empty for any.
        state: The state that is wanted; empty for any.
        tags: The tags that are wanted, all of them.
        starred: Whether only what is starred is wanted.
        origin: From where; empty for anywhere.
        whose: Whose; empty for anybody's.
        order: A key of ``ORDERS``.
        grouped: Whether each dataset has a table of its own.
        selected: The ids of what is selected.
    """

    words: str = ""
    recipe: str = ""
    state: str = ""
    tags: tuple[str, ...] = ()
    starred: bool = False
    origin: str = ""
    whose: str = ""
    order: str = NEWEST_FIRST
    grouped: bool = False
    selected: tuple[str, ...] = ()

    @property
    def filters(self) -> BenchFilter:
        """Which rows are wanted."""
        return BenchFilter(
            words=self.words,
            recipe=self.recipe or None,
            state=BenchState(self.state) if self.state else None,
            tags=self.tags,
            starred=self.starred,
            origin=Origin(self.origin) if self.origin else None,
            whose=Whose(self.whose) if self.whose else None,
        )

    @property
    def is_filtered(self) -> bool:
        """Whether anything but all rows is wanted."""
        return self.filters != BenchFilter()

    def tables(self, rows: Sequence[BenchRow]) -> dict[str, list[BenchRow]]:
        """The rows of each table by its dataset's key, in order; one table without a key where they
        are not grouped.
        """
        order = ORDERS[self.order]
        wanted = sorted_by(filtered(rows, self.filters), order.key, descending=order.descending)
        return by_recipe(wanted) if self.grouped else {"": wanted}


def read_table_view(query: Mapping[str, Sequence[str]]) -> Reading[TableView]:
    """What an address says.

    >>> read_table_view({"state": ["running"], "sort": ["error"]}).value.order
    'error'
    >>> read_table_view({"state": ["asleep"]}).problems[0][:31]
    "The link's state should be one "
    """
    reading = read_query(_PROPERTIES, query)
    return Reading(value=TableView(**reading.value), problems=reading.problems)


def write_table_view(view: TableView) -> Query:
    """The query that ``read_table_view`` reads back.

    >>> write_table_view(TableView(words="noise", grouped=True))
    {'find': ['noise'], 'group': ['recipe']}
    """
    return write_query(_PROPERTIES, view)


def _parse_words(texts: Sequence[str]) -> str:
    if len(texts[-1]) > _LONGEST_SEARCH or not texts[-1].isprintable():
        raise Unreadable
    return texts[-1]


def _texts(
    name: str, attribute: str, *, most: int, longest: int, limits: str
) -> Property[tuple[str, ...]]:
    def parse(texts: Sequence[str]) -> tuple[str, ...]:
        named = tuple(dict.fromkeys(texts))
        if len(named) > most or any(
            len(text) > longest or not text.isprintable() for text in named
        ):
            raise Unreadable
        return named

    return Property(
        name=name, attribute=attribute, default=(), parse=parse, print=list, limits=limits
    )


def _yes(name: str, attribute: str, word: str) -> Property[bool]:
    def parse(texts: Sequence[str]) -> bool:
        if texts[-1] != word:
            raise Unreadable
        return True

    return Property(
        name=name,
        attribute=attribute,
        default=False,
        parse=parse,
        print=lambda _: [word],
        limits=word,
    )


def _words_of(kind: type[StrEnum]) -> dict[str, None]:
    return dict.fromkeys(each.value for each in kind)


_PROPERTIES: Final[tuple[Property[Any], ...]] = (
    Property(
        name="find",
        attribute="words",
        default="",
        parse=_parse_words,
        print=lambda words: [words],
        limits=f"at most {_LONGEST_SEARCH} printable characters",
    ),
    one_of("recipe", "recipe", KNOWN_RECIPES, default=""),
    one_of("state", "state", _words_of(BenchState), default=""),
    _texts("tag", "tags", most=_MOST_TAGS, longest=60, limits=f"at most {_MOST_TAGS} tags"),
    _yes("starred", "starred", "yes"),
    one_of("origin", "origin", _words_of(Origin), default=""),
    one_of("whose", "whose", _words_of(Whose), default=""),
    one_of("sort", "order", ORDERS, default=NEWEST_FIRST),
    _yes("group", "grouped", "recipe"),
    _texts(
        SELECTED,
        "selected",
        most=MOST_SELECTED,
        longest=_LONGEST_ID,
        limits=f"at most {MOST_SELECTED} comparisons of this app's database",
    ),
)
