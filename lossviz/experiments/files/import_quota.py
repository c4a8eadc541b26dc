"""Whether a visitor may import one more comparison."""

from collections.abc import Callable, Sequence

from lossviz.errors import QuotaExceeded
from lossviz.experiments.event_log import log_event, visitor_label
from lossviz.experiments.quota_table import IMPORTS, QUOTAS
from lossviz.experiments.quotas import Amount, Quotas, Use
from lossviz.experiments.store.store import Store
from lossviz.experiments.store.usage import Spending

_KEPT = "comparisons"
_MB = 2**20


def admit_import(
    store: Store, quotas: Quotas, *, owner: str, size: int, now: float
) -> Callable[[], None]:
    """What ``import_file`` asks before it reads and before it stores a comparison.

    Args:
        store: Where comparisons and what was used are kept.
        quotas: Those of the app.
        owner: The visitor's key.
        size: Of the file, in bytes.
        now: Seconds since the epoch.

    Returns:
        A function that counts the file once, and raises ``QuotaExceeded`` where it, or one more
        comparison, would exceed a quota. It reads and writes the store.
    """
    counted = False

    def admit() -> None:
        nonlocal counted
        if not quotas:
            return
        try:
            with store.transaction():
                store.lock_usage()
                quotas.require(_KEPT, 1, _kept(store, owner), now=now)
                if not counted:
                    _count_file(store, quotas, owner, size / _MB, now)
            counted = True
        except QuotaExceeded as error:
            log_event("quota_reached", quota=error.quota, visitor=visitor_label(owner))
            raise

    return admit


def _kept(store: Store, owner: str) -> Use:
    counts = store.comparison_counts()
    return Use(
        visitor=Amount(used=counts.get(owner, 0)), everybody=Amount(used=sum(counts.values()))
    )


def _count_file(store: Store, quotas: Quotas, owner: str, megabytes: float, now: float) -> None:
    """Count the file, whatever becomes of it: reading it is what costs."""
    window_s = QUOTAS[IMPORTS].window_s or 0.0
    spent = store.spendings(IMPORTS, since=now - window_s)
    mine = [one for one in spent if one.owner == owner]
    use = Use(visitor=_amount(mine, window_s), everybody=_amount(spent, window_s))
    quotas.require(IMPORTS, megabytes, use, now=now)
    spending = Spending(owner=owner, amount=megabytes, at=now)
    store.spend(IMPORTS, spending, forget_before=now - window_s)


def _amount(spendings: Sequence[Spending], window_s: float) -> Amount:
    return Amount(
        used=sum(one.amount for one in spendings),
        ends=tuple(sorted((one.at + window_s, one.amount) for one in spendings)),
    )
