"""Whether a visitor may keep one more upload."""

from collections.abc import Callable

from lossviz.experiments.quotas import Amount, Quotas, Use
from lossviz.experiments.uploads.limits import MB
from lossviz.experiments.uploads.uploads import Upload, Uploads


def admit_within(quotas: Quotas, uploads: Uploads, *, now: float) -> Callable[[Upload], None]:
    """What ``Uploads.add`` asks before it keeps an upload.

    Args:
        quotas: Those of the app.
        uploads: What is kept already.
        now: Seconds since the epoch.

    Returns:
        A function that raises ``QuotaExceeded`` where an upload would exceed a quota.
    """

    def admit(upload: Upload) -> None:
        if not quotas:
            return
        kept = list(uploads.all())
        own = [one for one in kept if one.reference.owner == upload.reference.owner]
        quotas.require("uploads", 1, _use(len(own), len(kept)), now=now)
        in_all = _use(_mb(own), _mb(kept))
        quotas.require("upload_mb", upload.bytes / MB, in_all, now=now)

    return admit


def _use(visitor: float, everybody: float) -> Use:
    return Use(visitor=Amount(used=visitor), everybody=Amount(used=everybody))


def _mb(uploads: list[Upload]) -> float:
    return sum(upload.bytes for upload in uploads) / MB
