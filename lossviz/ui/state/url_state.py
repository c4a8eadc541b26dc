"""How an address says a page's state: a table of typed properties, and one codec for all of them.

Pure: it knows neither Streamlit nor what the properties mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any, Generic, TypeAlias, TypeVar

Query: TypeAlias = dict[str, list[str]]  # the texts of each parameter, in their order
Value = TypeVar("Value")
_READINGS = 256  # kept of each reader
_LONGEST_KEPT = 500  # characters of a query


class Unreadable(ValueError):
    """A parameter's texts are no value of its property, or only some of them are.

    Attributes:
        problem: What to say to the visitor: a sentence that names the parameter. Empty: a sentence
            with the property's limits.
        readable: The value that the readable texts give; None where there is none, so that the
            property keeps its default.
    """

    def __init__(self, problem: str = "", *, readable: object = None) -> None:
        self.problem, self.readable = problem, readable
        super().__init__(problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class Property(Generic[Value]):
    """One property of a page's state.

    Attributes:
        name: The parameter's name in an address.
        attribute: The attribute of the record that holds the value.
        default: What every visitor starts with; an address never says it.
        parse: The value of a parameter's texts, of which there is at least one; raises
            ``ValueError``, or ``Unreadable`` where it has something to say or to keep.
        print: The texts of a value that is not the default, such that ``parse`` gives it back.
        limits: Which texts are allowed, in words that complete "it should be …".
    """

    name: str
    attribute: str
    default: Value
    parse: Callable[[Sequence[str]], Value]
    print: Callable[[Value], list[str]]
    limits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Generic[Value]):
    """What an address says.

    Attributes:
        value: The state; where a parameter is missing or unreadable, its default.
        problems: A sentence for each parameter that could not be read in full. Plain text, in which
            a visitor's own words may stand.
    """

    value: Value
    problems: tuple[str, ...] = ()


def read_query(
    properties: Iterable[Property[Any]], query: Mapping[str, Sequence[str]]
) -> Reading[dict[str, Any]]:
    """The values of a table's properties, by their attributes.

    Args:
        properties: The table.
        query: Any texts by parameter; parameters that the table does not hold are ignored.
    """
    values: dict[str, Any] = {}
    problems = []
    for spec in properties:
        values[spec.attribute] = spec.default
        texts = query.get(spec.name)
        if not texts:
            continue
        try:
            values[spec.attribute] = spec.parse(texts)
        except Unreadable as error:
            problems.append(error.problem or _out_of_limits(spec))
            if error.readable is not None:
                values[spec.attribute] = error.readable
        except ValueError:
            problems.append(_out_of_limits(spec))
    return Reading(value=values, problems=tuple(problems))


Reader: TypeAlias = Callable[[Mapping[str, Sequence[str]]], Reading[Value]]


def kept_readings(
    properties: Callable[[], Iterable[Property[Any]]],
) -> Callable[[Reader[Value]], Reader[Value]]:
    """Decorates a reader of queries: what it has read before it does not read again.

    Args:
        properties: Gives all that it reads.
    """

    def decorate(read: Reader[Value]) -> Reader[Value]:
        @lru_cache(maxsize=_READINGS)
        def read_items(items: tuple[tuple[str, tuple[str, ...]], ...]) -> Reading[Value]:
            return read({name: list(texts) for name, texts in items})

        @wraps(read)
        def read_or_look_up(query: Mapping[str, Sequence[str]]) -> Reading[Value]:
            named = [(spec.name, query[spec.name]) for spec in properties() if spec.name in query]
            items = tuple((name, tuple(texts)) for name, texts in named)
            if sum(len(text) for _, texts in items for text in texts) > _LONGEST_KEPT:
                return read(query)  # not made by a page
            return read_items(items)

        return read_or_look_up

    return decorate


def write_query(properties: Iterable[Property[Any]], record: object) -> Query:
    """The query from which ``read_query`` gives back a record's attributes, without defaults."""
    return {
        spec.name: spec.print(value)
        for spec in properties
        if (value := getattr(record, spec.attribute)) != spec.default
    }


def one_of(
    name: str, attribute: str, known: Mapping[str, object], *, default: str
) -> Property[str]:
    """A property that is a key of a table.

    >>> color = one_of("color", "color", {"red": 1, "blue": 2}, default="red")
    >>> read_query([color], {"color": ["green"]}).problems
    ("The link's color should be one of red, blue; it is left out.",)
    """

    def parse(texts: Sequence[str]) -> str:
        if texts[0] not in known:
            raise Unreadable
        return texts[0]

    return Property(
        name=name,
        attribute=attribute,
        default=default,
        parse=parse,
        print=lambda value: [value],
        limits=f"one of {', '.join(known)}",
    )


def _out_of_limits(spec: Property[Any]) -> str:
    return f"The link's {spec.name} should be {spec.limits}; it is left out."
