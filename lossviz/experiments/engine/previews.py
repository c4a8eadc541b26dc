"""Looks at a batch of the data, before anything is trained: begun by a page, done by the host,
asked for by the page again.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lossviz.experiments.records import Preparation
from lossviz.experiments.settings import Settings

_REMEMBERED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A look at the data.

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


class Looks:
    """The last looks. One thread changes them, any may read."""

    def __init__(self) -> None:
        self._looks: dict[str, Look] = {}
        self._begun: list[tuple[str, str, Settings]] = []
        self._numbers = itertools.count()

    @property
    def waiting(self) -> bool:
        """Whether there is one that has not ended."""
        return any(not look.ended for look in self._looks.values())

    def begin(self, recipe: str, settings: Settings) -> str:
        """Note a wish; return its key."""
        key = str(next(self._numbers))
        self._looks[key] = Look()
        self._begun.append((key, recipe, settings))
        for old in list(self._looks)[:-_REMEMBERED]:
            del self._looks[old]
        return key

    def take(self) -> Iterator[tuple[str, str, Settings]]:
        """The wishes that are new: key, recipe and settings."""
        while self._begun:
            yield self._begun.pop(0)

    def withdraw(self, key: str, reason: str) -> bool:
        """End one that is not begun yet; say whether it was so."""
        waiting = [wish for wish in self._begun if wish[0] == key]
        self._begun = [wish for wish in self._begun if wish[0] != key]
        if waiting:
            self.end(key, reason)
        return bool(waiting)

    def get(self, key: str) -> Look | None:
        """A look, None where it is forgotten."""
        return self._looks.get(key)

    def tell(self, key: str, preparation: Preparation) -> None:
        """Note how far one is."""
        self._change(key, stage=preparation.stage, share=preparation.share)

    def finish(self, key: str, tiles: list[tuple[bytes, str, str]]) -> None:
        """Note what was seen."""
        self._change(key, tiles=tuple(tiles))

    def end(self, key: str, reason: str) -> None:
        """Note that one has ended; where nothing was seen, with the reason."""
        look = self._looks.get(key)
        if look and not look.ended:
            self._change(key, failure=reason or "nothing was seen; look again")

    def fail(self, reason: str) -> None:
        """End all that have not ended."""
        self._begun.clear()
        for key in list(self._looks):
            self.end(key, reason)

    def _change(self, key: str, **fields: object) -> None:
        if key in self._looks:
            self._looks[key] = replace(self._looks[key], **fields)  # type: ignore[arg-type]
