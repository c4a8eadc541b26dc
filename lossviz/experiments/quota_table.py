"""The quotas of a public app, and the largest comparison that it trains: two tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from lossviz.experiments.descriptions import format_duration
from lossviz.experiments.plan import first_search_trials
from lossviz.experiments.records import Comparison, Trial
from lossviz.experiments.settings import RANGES

HOUR_S: Final = 3600.0
DAY_S: Final = 24 * HOUR_S
TRAINING: Final = "training_s"  # the quota of seconds of training
IMPORTS: Final = "import_mb"  # that of what is imported


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
