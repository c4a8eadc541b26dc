"""How much a visitor of a public app may use, and all visitors together. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from lossviz.errors import InvalidInput, QuotaExceeded, suggestion
from lossviz.experiments.descriptions import format_duration
from lossviz.experiments.quota_table import (
    QUOTAS,
    SIZE_LIMITS,
    TRAINING,
    Quota,
    SizeLimit,
    trials_asked_for,
)
from lossviz.experiments.records import Comparison
from lossviz.experiments.settings import RANGES, Settings

_FOR_ALL: Final = "all_"  # before the name of a quota, what all visitors may use together
_DEFAULTS: Final[Mapping[str, int]] = MappingProxyType(
    {quota.name: quota.visitor for quota in QUOTAS.values()}
    | {f"{_FOR_ALL}{quota.name}": quota.everybody for quota in QUOTAS.values()}
    | {limit.name: limit.most for limit in SIZE_LIMITS.values()}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """How much of a quota is used, by a visitor or by all.

    Attributes:
        used: The amount.
        ends: When parts of it no longer count, the earliest first: seconds since the epoch, and how
            much.
    """

    used: float = 0.0
    ends: tuple[tuple[float, float], ...] = ()

    def free_at(self, needed: float) -> float | None:
        """When so much more will be free than now, in seconds since the epoch; None where that is
        not known.
        """
        freed = 0.0
        for at, amount in self.ends:
            freed += amount
            if freed >= needed:
                return at
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """How much of a quota is used.

    Attributes:
        visitor: By one visitor.
        everybody: By all.
    """

    visitor: Amount = field(default_factory=Amount)
    everybody: Amount = field(default_factory=Amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """The quotas of an app.

    Attributes:
        limits: The most of each, by its name in ``LOSSVIZ_QUOTAS``; none where nothing is limited,
            as in a private app.
    """

    limits: Mapping[str, int]

    def __bool__(self) -> bool:
        """Whether anything is limited."""
        return bool(self.limits)

    def most(self, name: str) -> float:
        """The most of a quota, infinite where it is not limited.

        Args:
            name: That of a quota; with ``all_`` before it, for all visitors together.
        """
        return self.limits.get(name, float("inf"))

    def left(self, name: str, use: Use) -> float:
        """How much of a quota a visitor may still use."""
        of_visitor = self.most(name) - use.visitor.used
        of_all = self.most(f"{_FOR_ALL}{name}") - use.everybody.used
        return max(0.0, min(of_visitor, of_all))

    def require(self, name: str, asked: float, use: Use, *, now: float) -> None:
        """Refuse what would exceed a quota.

        Args:
            name: A key of ``QUOTAS``.
            asked: How much more is to be used.
            use: What is used already.
            now: Seconds since the epoch.

        Raises:
            QuotaExceeded: It says what is used, and when it will do.
        """
        quota = QUOTAS[name]
        for key, used, whose in (
            (name, use.visitor, quota.yours),
            (f"{_FOR_ALL}{name}", use.everybody, quota.all_of_us),
        ):
            most = self.most(key)
            if used.used + asked > most:
                raise QuotaExceeded(
                    key, _refusal(quota, whose, used, asked, most, now), used.used, most
                )

    def require_size(self, comparison: Comparison) -> None:
        """Refuse a comparison that is larger than one may be.

        Raises:
            QuotaExceeded: It says of what there is too much.
        """
        for limit in SIZE_LIMITS.values():
            self._require_at_most(limit, limit.of(comparison))

    def require_settings(self, settings: Settings) -> None:
        """Refuse settings with which no comparison may be trained.

        Raises:
            QuotaExceeded: It says of what there is too much.
        """
        for limit in SIZE_LIMITS.values():
            if limit.count is None:
                self._require_at_most(limit, getattr(settings, limit.name))

    def _require_at_most(self, limit: SizeLimit, wanted: int) -> None:
        most = self.most(limit.name)
        if wanted > most:
            reason = f"{most:.0f} {limit.what} are the most in this app, and this has {wanted}"
            raise QuotaExceeded(limit.name, reason, wanted, most)

    def require_launch(
        self,
        comparison: Comparison,
        usage: Mapping[str, Use],
        *,
        trial_s: float | None,
        now: float,
    ) -> None:
        """Refuse a new comparison that would exceed a quota.

        Args:
            comparison: Which.
            usage: What is used already, by the names of quotas.
            trial_s: Seconds that one of its trials takes; None where that is not known.
            now: Seconds since the epoch.

        Raises:
            QuotaExceeded: It says which, what is used, and when it will do.
        """
        self.require_size(comparison)
        self.require("comparisons", 1, usage["comparisons"], now=now)
        asked_for = trials_asked_for(comparison, comparison.trials())
        self.require_trials(asked_for, usage, trial_s=trial_s, now=now)

    def require_trials(
        self, count: int, usage: Mapping[str, Use], *, trial_s: float | None, now: float
    ) -> None:
        """Refuse further trials that would exceed a quota; see ``require_launch``."""
        self.require("trials", count, usage["trials"], now=now)
        # where nothing like it was trained, what its first trials take is known when they have
        # ended, and what is asked for is one second
        seconds = 1.0 if trial_s is None else count * trial_s
        self.require(TRAINING, seconds, usage[TRAINING], now=now)

    def spent_reason(self, name: str, use: Use, *, now: float) -> str:
        """Why nothing more of a quota that counts for a time may be used, as the reason of a trial
        that is stopped; empty where something is left.

        Args:
            name: A key of ``QUOTAS``.
            use: What is used already.
            now: Seconds since the epoch.
        """
        quota = QUOTAS[name]
        for key, used, whose in (
            (name, use.visitor, quota.yours),
            (f"{_FOR_ALL}{name}", use.everybody, quota.all_of_us),
        ):
            most = self.most(key)
            if used.used >= most:
                at = used.free_at(used.used - most) or now
                return (
                    f"{_amount(quota, used.used)} {whose}, and {_amount(quota, most)} are the most;"
                    f" run it again in about {format_duration(at - now)}"
                )
        return ""

    def range_of(self, setting: str) -> tuple[int, int]:
        """The least and the most of a setting that is a whole number."""
        least, most = RANGES[setting]
        name = "epochs" if setting.endswith("_epochs") else setting
        return int(least), int(min(most, self.most(name)))


UNLIMITED: Final = Quotas(limits=MappingProxyType({}))


def read_quotas(text: str) -> Quotas:
    """The quotas of a public app.

    Args:
        text: What is to differ from the defaults, as in ``LOSSVIZ_QUOTAS``: a name, ``=`` and a
            whole number each, with blanks or commas between.

    Raises:
        InvalidInput: It says what of the text means nothing.

    >>> quotas = read_quotas("trials=24 all_trials=100, epochs=5")
    >>> quotas.most("trials"), quotas.most("all_trials"), quotas.most("seeds")
    (24, 100, 10)
    """
    limits = dict(_DEFAULTS)
    for part in filter(None, re.split(r"[\s,;]+", text)):
        name, equals, number = part.partition("=")
        if not equals:
            raise InvalidInput(
                f"LOSSVIZ_QUOTAS: write a name, = and a number, such as trials=24; got {part!r}"
            )
        if name not in limits:
            raise InvalidInput(
                f"LOSSVIZ_QUOTAS: there is no quota {name!r}"
                f"{suggestion(name, tuple(limits)) or '.'} Choose among {', '.join(limits)}."
            )
        least = SIZE_LIMITS[name].least if name in SIZE_LIMITS else 0
        if not re.fullmatch(r"[0-9]{1,12}", number) or int(number) < least:
            raise InvalidInput(
                f"LOSSVIZ_QUOTAS: {name} must be a whole number from {least} on, got {number!r}"
            )
        limits[name] = int(number)
    return Quotas(limits=MappingProxyType(limits))


def left_sentence(quotas: Quotas, usage: Mapping[str, Use]) -> str:
    """What a visitor may still launch.

    Args:
        quotas: Those of the app.
        usage: What is used, by the names of quotas.
    """
    trials, training, comparisons, previews = (
        _some(QUOTAS[name], quotas.left(name, usage[name]))
        for name in ("trials", TRAINING, "comparisons", "previews")
    )
    return (
        f"Left for you: {trials} at a time, {training} in 24 hours, {comparisons} to keep,"
        f" {previews} in an hour."
    )


def _refusal(quota: Quota, whose: str, used: Amount, asked: float, most: float, now: float) -> str:
    """Why a quota would be exceeded, and what to do."""
    if asked > most:
        return f"this asks for {_some(quota, asked)}, and {_some(quota, most)} are the most"
    said = (
        f"{_amount(quota, used.used)} {whose}, and this asks for {_amount(quota, asked)} more;"
        f" {_amount(quota, most)} are the most"
    )
    needed = used.used + asked - most
    if (at := used.free_at(needed)) is not None:
        return f"{said}; try again in about {format_duration(at - now)}"
    return f"{said}; {quota.then.format(needed=quota.amount(needed))}"


def _some(quota: Quota, amount: float) -> str:
    """An amount with its unit."""
    if amount == 1 and not quota.unit.startswith("of "):
        return f"1 {quota.unit.removesuffix('s')}"
    if amount > 0:
        return f"{quota.amount(amount)} {quota.unit}"
    return f"no {quota.unit.removeprefix('of ')}"


def _amount(quota: Quota, amount: float) -> str:
    return quota.amount(amount) if amount > 0 else "none"
