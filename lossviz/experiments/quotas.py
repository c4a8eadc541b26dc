"""How much a visitor of a public app may use, and all visitors together: one table. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from lossviz.errors import InvalidInput, QuotaExceeded, suggestion
from lossviz.experiments.descriptions import format_duration
from lossviz.experiments.plan import first_search_trials
from lossviz.experiments.records import Comparison, Trial
from lossviz.experiments.settings import RANGES, Settings

HOUR_S: Final = 3600.0
DAY_S: Final = 24 * HOUR_S
TRAINING: Final = "training_s"  # the quota of seconds of training
IMPORTS: Final = "import_mb"  # that of what is imported
_FOR_ALL: Final = "all_"  # before the name of a quota, what all visitors may use together


def _count(amount: float) -> str:
    return f"{amount:,.0f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Something that visitors share.

    Attributes:
        name: In ``LOSSVIZ_QUOTAS``.
        what: What is counted, in words.
        visitor: How much a visitor may use, unless the deployer says otherwise.
        everybody: How much all visitors may use together; its name is ``all_`` and this one's.
        unit: What follows an amount of it.
        yours: What follows the amount that a visitor uses, in a sentence.
        all_of_us: What follows the amount that all use.
        then: What to do where no more is left, and no time sets some of it free.
        window_s: For how many seconds what was used counts; None where it counts as long as it is
            there.
        amount: An amount in words.
    """

    name: str
    what: str
    visitor: int
    everybody: int
    unit: str
    yours: str
    all_of_us: str
    then: str
    window_s: float | None = None
    amount: Callable[[float], str] = _count


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeLimit:
    """The most that one comparison may have of something.

    Attributes:
        name: In ``LOSSVIZ_QUOTAS``.
        what: What is limited, in words that follow a number.
        most: How much, unless the deployer says otherwise.
        least: The least that a deployer can allow.
        count: How much a comparison has; None where its settings alone say it.
    """

    name: str
    what: str
    most: int
    least: int
    count: Callable[[Comparison], int] | None = None

    def of(self, comparison: Comparison) -> int:
        """How much a comparison has."""
        if self.count:
            return self.count(comparison)
        return int(getattr(comparison.settings, self.name))


def trials_asked_for(comparison: Comparison, judged: Sequence[Trial]) -> int:
    """How many trials are asked for with some that are judged: these, and those with which the
    search begins for each loss whose learning rate is not chosen yet.

    Args:
        comparison: Theirs.
        judged: Some of its trials.
    """
    without_rate = {trial.loss for trial in judged if trial.learning_rate is None}
    return len(judged) + first_search_trials(len(without_rate), comparison.rate_search)


def _all_trials(comparison: Comparison) -> int:
    return trials_asked_for(comparison, comparison.trials())


def _mb(amount: float) -> str:
    return f"{amount:,.0f} MB"


_SHARED: Final = (
    Quota(
        name="trials",
        what="Trials that wait or run",
        visitor=60,
        everybody=240,
        unit="trials",
        yours="of your trials wait or run",
        all_of_us="trials of all visitors wait or run",
        then="wait until {needed} of them have ended, or stop some",
    ),
    Quota(
        name=TRAINING,
        what="Seconds of training in 24 hours, used or asked for",
        visitor=1_800,
        everybody=28_800,
        unit="of training",
        yours="of training in 24 hours are used or asked for by you",
        all_of_us="of training in 24 hours are used or asked for by all visitors",
        then="wait until trials have ended, or stop some",
        window_s=DAY_S,
        amount=format_duration,
    ),
    Quota(
        name="previews",
        what="Previews of images in an hour",
        visitor=30,
        everybody=120,
        unit="previews",
        yours="previews were made for you within an hour",
        all_of_us="previews were made for all visitors within an hour",
        then="try again later",
        window_s=HOUR_S,
    ),
    Quota(
        name=IMPORTS,
        what="MB of comparisons imported from files in 24 hours",
        visitor=50,
        everybody=500,
        unit="of files",
        yours="of files were imported by you within 24 hours",
        all_of_us="of files were imported by all visitors within 24 hours",
        then="try again later",
        window_s=DAY_S,
        amount=_mb,
    ),
    Quota(
        name="comparisons",
        what="Comparisons that are kept",
        visitor=40,
        everybody=1_000,
        unit="comparisons",
        yours="of your comparisons are kept",
        all_of_us="comparisons of all visitors are kept",
        then="delete one that is not needed any more",
    ),
    Quota(
        name="uploads",
        what="Uploads that are kept",
        visitor=3,
        everybody=30,
        unit="uploads",
        yours="of your uploads are kept",
        all_of_us="uploads of all visitors are kept",
        then="delete one that is not needed any more",
    ),
    Quota(
        name="upload_mb",
        what="MB of uploads that are kept",
        visitor=100,
        everybody=1_000,
        unit="of uploads",
        yours="of your uploads are kept",
        all_of_us="of all visitors' uploads are kept",
        then="delete an upload that is not needed any more",
        amount=_mb,
    ),
)
_SIZES: Final = (
    SizeLimit(name="seeds", what="seeds", most=10, least=1, count=lambda c: c.seeds),
    SizeLimit(name="epochs", what="epochs", most=10, least=1),
    SizeLimit(
        name="comparison_trials",
        what="trials in one comparison",
        most=60,
        least=1,
        count=_all_trials,
    ),
    SizeLimit(
        name="image_size",
        what="pixels of width and height",
        most=64,
        least=int(RANGES["image_size"][0]),
    ),
    SizeLimit(
        name="batch_size",
        what="images in a batch",
        most=256,
        least=int(RANGES["batch_size"][0]),
    ),
    SizeLimit(name="workers", what="data-loading workers", most=0, least=0),
)
QUOTAS: Final = MappingProxyType({quota.name: quota for quota in _SHARED})
SIZE_LIMITS: Final = MappingProxyType({limit.name: limit for limit in _SIZES})
_DEFAULTS: Final[Mapping[str, int]] = MappingProxyType(
    {quota.name: quota.visitor for quota in _SHARED}
    | {f"{_FOR_ALL}{quota.name}": quota.everybody for quota in _SHARED}
    | {limit.name: limit.most for limit in _SIZES}
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
        for limit in _SIZES:
            self._require_at_most(limit, limit.of(comparison))

    def require_settings(self, settings: Settings) -> None:
        """Refuse settings with which no comparison may be trained.

        Raises:
            QuotaExceeded: It says of what there is too much.
        """
        for limit in _SIZES:
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
        self.require_trials(_all_trials(comparison), usage, trial_s=trial_s, now=now)

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
