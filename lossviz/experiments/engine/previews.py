"""Batch previews: the first images as the network gets them, before anything is trained."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lossviz.experiments.records import Preparation
from lossviz.experiments.settings import Settings

_REMEMBERED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPreview:
    """Images of the first batch, or how far their preparation is.

    Attributes:
        stage: What is being done now, in words.
        share: How much of that stage is done, 0 to 1.
        tiles: The images: PNG bytes, the name of the class, the name that the network is told;
            empty until they are there.
        failure: Why there are none and none will come; empty otherwise.
    """

    stage: str = "starting"
    share: float = 0.0
    tiles: tuple[tuple[bytes, str, str], ...] = ()
    failure: str = ""

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return bool(self.tiles or self.failure)


class BatchPreviews:
    """The last previews. One thread changes them, any may read."""

    def __init__(self) -> None:
        self._previews: dict[str, BatchPreview] = {}
        self._begun: list[tuple[str, str, Settings]] = []
        self._numbers = itertools.count()

    @property
    def waiting(self) -> bool:
        """Whether there is one that has not ended."""
        return any(not preview.ended for preview in self._previews.values())

    def request(self, recipe: str, settings: Settings) -> str:
        """Note a request; return its key."""
        key = str(next(self._numbers))
        self._previews[key] = BatchPreview()
        self._begun.append((key, recipe, settings))
        for old in list(self._previews)[:-_REMEMBERED]:
            del self._previews[old]
        return key

    def take_requests(self) -> Iterator[tuple[str, str, Settings]]:
        """The wishes that are new: key, recipe and settings."""
        while self._begun:
            yield self._begun.pop(0)

    def cancel(self, key: str, reason: str) -> bool:
        """End one that is not begun yet; say whether it was so."""
        waiting = [request for request in self._begun if request[0] == key]
        self._begun = [request for request in self._begun if request[0] != key]
        if waiting:
            self.end(key, reason)
        return bool(waiting)

    def get(self, key: str) -> BatchPreview | None:
        """A preview, None where it is forgotten."""
        return self._previews.get(key)

    def set_progress(self, key: str, preparation: Preparation) -> None:
        """Note how far one is."""
        self._change(key, stage=preparation.stage, share=preparation.share)

    def finish(self, key: str, tiles: list[tuple[bytes, str, str]]) -> None:
        """Note what was seen."""
        self._change(key, tiles=tuple(tiles))

    def end(self, key: str, reason: str) -> None:
        """Note that one has ended; where nothing was seen, with the reason."""
        preview = self._previews.get(key)
        if preview and not preview.ended:
            self._change(key, failure=reason or "nothing was seen; look again")

    def fail_all(self, reason: str) -> None:
        """End all that have not ended."""
        self._begun.clear()
        for key in list(self._previews):
            self.end(key, reason)

    def _change(self, key: str, **fields: object) -> None:
        if key in self._previews:
            self._previews[key] = replace(self._previews[key], **fields)  # type: ignore[arg-type]
