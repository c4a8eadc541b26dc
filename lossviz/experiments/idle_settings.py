"""Which settings have no effect where: one table.

The form does not offer them there, the command line refuses them, and a comparison that holds one
all the same says so in a note.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from lossviz.errors import InvalidInput
from lossviz.experiments.machine import Machine
from lossviz.experiments.networks import DIGITS_NETWORK
from lossviz.experiments.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What decides which settings have an effect.

    Attributes:
        recipe: The recipe's key.
        network: See ``Settings.network``.
        on_cuda: Whether it is trained on a CUDA GPU.
        forked: Whether a trial's data-loading workers share the images with it.
    """

    recipe: str
    network: str
    on_cuda: bool = True
    forked: bool = True

    @classmethod
    def on(cls, machine: Machine, *, recipe: str, network: str) -> Place:
        """The same on a machine."""
        accelerated = bool(machine.accelerators_for(network))
        return cls(
            recipe=recipe,
            network=network,
            on_cuda=accelerated and machine.has_cuda,
            forked=machine.forks and not accelerated,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Idle:
    """A setting that has no effect in some places.

    Attributes:
        setting: Its field of ``Settings``, which is empty, zero or false where it is not used.
        holds: Whether it has none in a place.
        says: That it has none, and why.
        advice: What to do instead.
    """

    setting: str
    holds: Callable[[Place], bool]
    says: str
    advice: str


_TABLE: Final = (
    _Idle(
        setting="folder",
        holds=lambda place: place.recipe != "folder",
        says="a folder has no effect with the recipe {recipe}, which has its own images",
        advice="leave it out, or train the recipe folder",
    ),
    _Idle(
        setting="mixed_precision",
        holds=lambda place: place.network == DIGITS_NETWORK,
        says="mixed precision has no effect with the network {network}, which is always trained on"
        " the processor, in 32 bits",
        advice="leave it out, or name a torchvision network, such as resnet18",
    ),
    _Idle(
        setting="mixed_precision",
        holds=lambda place: not place.on_cuda,
        says="mixed precision has no effect without a CUDA GPU, where everything is computed in"
        " 32 bits",
        advice="leave it out",
    ),
    _Idle(
        setting="workers",
        holds=lambda place: not place.forked,
        says="data-loading workers have no effect where trials are not forked, as on accelerators"
        " and outside Linux: they can't share the images, so each trial loads its own batches",
        advice="leave them out",
    ),
)


def has_effect(setting: str, place: Place) -> bool:
    """Whether a setting has an effect.

    >>> has_effect("mixed_precision", Place(recipe="digits", network="letters"))
    False
    """
    return not any(row.setting == setting and row.holds(place) for row in _TABLE)


def refuse_idle(settings: Settings, place: Place) -> None:
    """Refuse settings that are used and have no effect.

    Raises:
        InvalidInput: Says why one has none, and what to do.
    """
    for row in _idle(settings, place):
        raise InvalidInput(f"{row.says.format(**_words(place))}; {row.advice}")


def idle_notes(settings: Settings, place: Place) -> tuple[str, ...]:
    """A sentence for each setting that is used and has no effect."""
    says = [row.says.format(**_words(place)) for row in _idle(settings, place)]
    return tuple(f"{text[0].upper()}{text[1:]}." for text in says)


def _idle(settings: Settings, place: Place) -> list[_Idle]:
    """The first row of each setting that is used and has no effect."""
    found: dict[str, _Idle] = {}
    for row in _TABLE:
        if getattr(settings, row.setting) and row.holds(place):
            found.setdefault(row.setting, row)
    return list(found.values())


def _words(place: Place) -> dict[str, str]:
    return {"recipe": place.recipe, "network": place.network}
