"""The error tree of lossviz.

    LossvizError                 a user can mend it; the message says how
    ├── InvalidInput             a value that nothing can be done with
    │   ├── FormulaError         a text that is no loss; knows the place
    │   ├── TookTooLong          a formula that takes too long to compute
    │   ├── UnknownLoss          no loss is registered under this key
    │   ├── UnknownRecipe        no recipe is registered under this key
    │   ├── UnknownNetwork       no network has this name
    │   ├── ParameterError       a parameter that is unknown, missing or out of range
    │   └── ConditionsDiffer     trials of different conditions, which no chart may join
    ├── StoreError               the database cannot do what was requested
    │   ├── NewerDatabase        it was made by a newer lossviz
    │   ├── LeaseLost            another app has taken over this one's trials
    │   └── RefusedRow           it can be used, but not with this row
    ├── DownloadError            data or weights cannot be fetched: network, server, disk, hash
    ├── EngineError              trials cannot be run here and now
    ├── NotAllowed               another visitor's to decide, or not there for this one
    ├── QuotaExceeded            more than a visitor of a public app may use
    ├── MissingExtra             packages that a part of lossviz needs are not installed
    └── TrialStopped, TrialDiverged   how a trial ends early; in ``training/interruption.py``

Pages and the command line catch ``LossvizError`` once, at the edge. Whatever else is raised is a
bug and shows its trace.
"""

import re
import unicodedata
from difflib import get_close_matches


def suggestion(name: str, known: tuple[str, ...]) -> str:
    """``"; did you mean 'gamma'?"`` when a known name is near ``name``, else the empty string."""
    near = get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


class LossvizError(Exception):
    """Something that the user can mend. The message says what was wrong and what to do next."""


class InvalidInput(LossvizError, ValueError):
    """A value that nothing can be done with."""


class FormulaError(InvalidInput):
    """A text that is no loss.

    Attributes:
        text: What was typed.
        position: 0-based offset into ``text`` of the place that is wrong, or None where it is the
            whole.
        reason: One sentence: what was found and what would be right.
    """

    def __init__(self, text: str, position: int | None, reason: str) -> None:
        self.text, self.position, self.reason = text, position, reason
        super().__init__(reason)

    def pointed(self) -> str:
        """The text with a caret under the place, then the reason; one line where there is no place.

        >>> print(FormulaError("p +* 2", 3, "a value is missing here").pointed())
        p +* 2
           ^
        a value is missing here
        """
        if self.position is None:
            return self.reason
        start = max(0, self.position - 60)
        before, after = self.text[start : self.position], self.text[self.position :][:20]
        excerpt = re.sub(r"\s", " ", f"{before}{after}")
        caret = " " * sum(map(_columns, before)) + "^"
        return f"{excerpt}\n{caret}\n{self.reason}"


class TookTooLong(InvalidInput):
    """A formula that takes too long to compute where others wait for their turn."""

    def __init__(self) -> None:
        super().__init__("this formula takes too long to compute; simplify it")


def _columns(character: str) -> int:
    """How many columns a character takes in a fixed-width font: an accent over another none."""
    if unicodedata.category(character) in ("Mn", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


class UnknownLoss(InvalidInput, KeyError):
    """No loss is registered under this key."""

    def __init__(self, key: str, known: tuple[str, ...]) -> None:
        self.key, self.known = key, known
        super().__init__(
            f"no loss called {key!r}{suggestion(key, known) or '.'} Choose one of"
            f" {', '.join(known)}, or type a formula of p."
        )

    __str__ = Exception.__str__  # KeyError would print the repr


class UnknownRecipe(InvalidInput, KeyError):
    """No recipe is registered under this key."""

    def __init__(self, key: str, known: tuple[str, ...]) -> None:
        self.key, self.known = key, known
        super().__init__(
            f"no recipe called {key!r}{suggestion(key, known) or '.'} Choose one of"
            f" {', '.join(known)}."
        )

    __str__ = Exception.__str__


class UnknownNetwork(InvalidInput, KeyError):
    """No network has this name. There are too many to list them all in a message."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        self.name, self.known = name, known
        super().__init__(
            f"no network called {name!r}{suggestion(name, known) or '.'} python -m lossviz networks"
            " lists them."
        )

    __str__ = Exception.__str__


class ParameterError(InvalidInput):
    """A parameter that is unknown, missing or out of range.

    Attributes:
        name: The parameter's name.
    """

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        super().__init__(reason)


class StoreError(LossvizError):
    """The database cannot do what was requested."""


class NewerDatabase(StoreError):
    """The database was made by a newer lossviz, and was left as it is.

    Attributes:
        database: Its URL, without a password.
        schema: The version of its schema.
    """

    def __init__(self, database: str, schema: str) -> None:
        self.database, self.schema = database, schema
        super().__init__(
            f"the database {database} was made by a newer lossviz (this version does not know its"
            f" schema {schema!r}), and was left as it is; upgrade lossviz, or set LOSSVIZ_DATABASE"
            " to another database, such as sqlite:///lossviz.sqlite"
        )


class LeaseLost(StoreError):
    """Another app that shares the database has taken over this one's trials."""

    def __init__(self) -> None:
        super().__init__(
            "this app was suspended, or cut off from the database, for longer than its lease on"
            " its trials lasts, and they are no longer its own: others that share the database"
            " have ended those that ran, and go on with those that waited"
        )


class RefusedRow(StoreError):
    """The database refuses a row for what is in it; other rows can be written."""


class DownloadError(LossvizError):
    """Data or weights cannot be fetched.

    Attributes:
        url: Where they come from.
    """

    def __init__(self, url: str, reason: str) -> None:
        self.url = url
        super().__init__(reason)


class EngineError(LossvizError):
    """Trials cannot be run here and now."""


class NotAllowed(LossvizError):
    """What was requested is another visitor's to decide, or is not there for this one."""


class ConditionsDiffer(InvalidInput):
    """Trials that were trained under different conditions, which no chart may join.

    Attributes:
        differences: What differs, each in words.
    """

    def __init__(self, differences: tuple[str, ...]) -> None:
        self.differences = differences
        super().__init__(
            "they were not trained under the same conditions, so they cannot be joined; what"
            f" differs: {'; '.join(differences)}"
        )


class QuotaExceeded(LossvizError):
    """More than a visitor of a public app may use, or all visitors together.

    Attributes:
        quota: Its name in ``LOSSVIZ_QUOTAS``.
        used: How much of it is used.
        most: How much may be used.
    """

    def __init__(self, quota: str, reason: str, used: float, most: float) -> None:
        self.quota, self.used, self.most = quota, used, most
        super().__init__(reason)


class MissingExtra(LossvizError):
    """Packages that a part of lossviz needs are not installed.

    Attributes:
        extra: The extra of lossviz that brings them.
        modules: The modules that cannot be imported, as far as they are known.
    """

    def __init__(self, extra: str, needed_by: str, modules: tuple[str, ...] = ()) -> None:
        self.extra, self.modules = extra, modules
        names = f" ({', '.join(modules)})" if modules else ""
        super().__init__(
            f"{needed_by} needs packages that are not installed{names}: pip install"
            f' "lossviz[{extra}]"'
        )
