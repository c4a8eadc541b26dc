"""What was seen while images were decoded: which cannot be read, and which show nothing."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

_FLAT: Final = 5  # of 255: a picture with no more between its darkest and brightest is one colour
_SAMPLE: Final = 64  # images that the spread is measured on


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodingReport:
    """What is known of images once they are decoded.

    Attributes:
        unreadable: The number of each file that cannot be read, with the reason; in order.
        flat: The numbers of the images in which no channel varies by more than 5 of 255.
        identical: Groups of images with the same pixels, by their numbers; in order.
        spread: How much a pixel differs from image to image: the standard deviation of each channel
            over the images, 0 to 255, as the mean over all pixels.
    """

    unreadable: tuple[tuple[int, str], ...] = ()
    flat: tuple[int, ...] = ()
    identical: tuple[tuple[int, ...], ...] = ()
    spread: float = 0.0

    def to_json(self) -> str:
        """As text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "DecodingReport":
        """What ``to_json`` gave."""
        stored = json.loads(text)
        return cls(
            unreadable=tuple((number, reason) for number, reason in stored["unreadable"]),
            flat=tuple(stored["flat"]),
            identical=tuple(map(tuple, stored["identical"])),
            spread=stored["spread"],
        )


def is_flat(pixels: NDArray[np.uint8]) -> bool:
    """Whether a picture, uint8 [height, width, 3], is one colour as far as one can see."""
    # channel by channel, NumPy takes 0.2 ms of a picture, and 4 ms of all at once
    return all(int(channel.max()) - int(channel.min()) <= _FLAT for channel in pixels.T)


def digest_of(pixels: NDArray[np.uint8]) -> bytes:
    """Equal for equal pixels, and different for others."""
    return hashlib.blake2b(pixels.tobytes(), digest_size=16).digest()


def first_digest_of(pixels: NDArray[np.uint8]) -> bytes:
    """Equal for equal pixels, and of some others too: of every eighth row, which takes 0.05 ms."""
    return digest_of(pixels[::8])


def groups_of_equal(
    pictures: NDArray[np.uint8], first_digests: Mapping[int, bytes]
) -> tuple[tuple[int, ...], ...]:
    """The numbers of pictures that are equal to another one.

    Args:
        pictures: uint8 [images, height, width, 3].
        first_digests: The ``first_digest_of`` those to look at, by their numbers.

    >>> pictures = np.array([1, 2, 1], dtype=np.uint8).reshape(3, 1, 1, 1)
    >>> groups_of_equal(pictures, {n: first_digest_of(pictures[n]) for n in range(3)})
    ((0, 2),)
    """
    suspects = [number for group in _groups(first_digests) for number in group]
    return _groups({number: digest_of(pictures[number]) for number in suspects})


def _groups(digests: Mapping[int, bytes]) -> tuple[tuple[int, ...], ...]:
    """The numbers that share their digest with another."""
    groups: defaultdict[bytes, list[int]] = defaultdict(list)
    for number, digest in sorted(digests.items()):
        groups[digest].append(number)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def spread_of(pictures: NDArray[np.uint8], numbers: Sequence[int]) -> float:
    """See ``DecodingReport``; measured on at most 64 pictures, evenly from all.

    Args:
        pictures: uint8 [images, height, width, 3].
        numbers: Which of them to look at.

    >>> spread_of(np.array([0, 4], dtype=np.uint8).reshape(2, 1, 1, 1), [0, 1])
    2.0
    """
    if not numbers:
        return 0.0
    step = -(-len(numbers) // _SAMPLE)
    total = np.zeros(pictures.shape[1:], dtype=np.float64)
    squares = np.zeros_like(total)
    chosen = numbers[::step]
    for number in chosen:
        picture = pictures[number].astype(np.float64)
        total += picture
        squares += picture**2
    variance = squares / len(chosen) - (total / len(chosen)) ** 2
    return float(np.sqrt(variance.clip(0)).mean())
