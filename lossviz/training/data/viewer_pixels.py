"""The pixels that a viewer shows of an image file, as 8-bit RGB.

Pillow's ``convert("RGB")``, which fastai uses, gives others: it clips 16 bits to 255, drops
transparency and leaves a photo on its side. For an 8-bit RGB or grey image without transparency,
orientation and colour profile both are the same to the bit.

What a viewer shows:

* Levels by the depth that the file declares: of 16 bits, 65535 is white; of 32 bits without sign,
  4294967295. With a sign, the largest value is white, and what is negative is black. Floating point
  goes from 0, black, to 1, white. ImageMagick does the same with unsigned and floating point.
* Grey that counts from white, as TIFF allows, turned round.
* Turned and mirrored as EXIF's orientation says.
* Colours by the embedded profile, as sRGB. PNG's gamma chunk is not used.
* CMYK without a profile as ``(255 - ink) * (255 - black) / 255``, as browsers do.
* What is transparent on a white page.
* Of an animation or a file with many pages, the first.
"""

from contextlib import suppress
from types import MappingProxyType
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image
from PIL.ImageFile import ImageFile
from PIL.TiffImagePlugin import PHOTOMETRIC_INTERPRETATION, TiffImageFile

from lossviz.training.data.colour_profiles import to_srgb

RULES: Final = 2  # counts what this file says; caches of earlier rules are not used
_TURNS: Final = MappingProxyType(  # by EXIF's orientation
    {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
)
_WHITE: Final = MappingProxyType(  # by Pillow's name for what is stored: its white
    {
        "I;12": 2**12 - 1,
        "I;16S": 2**15 - 1,
        "I;16BS": 2**15 - 1,
        "I;32S": 2**31 - 1,
        "I;32BS": 2**31 - 1,
        "I;32N": 2**32 - 1,
        "F;32F": 1,
        "F;32BF": 1,
    }
)
_WHITE_OF_16_BITS: Final = 2**16 - 1  # what all other formats have that Pillow opens so
_SMALL_GREYS: Final = MappingProxyType({"L;2": 85, "L;4": 17})  # 255 by the largest level
_STRAIGHT: Final = MappingProxyType({"La": "LA", "RGBa": "RGBA", "PA": "RGBA"})
_WHITE_IS_ZERO: Final = 0


def read_as_viewer(file: BinaryIO) -> Image.Image:
    """The image of a file as a viewer shows it.

    Args:
        file: Open, at its beginning.

    Returns:
        The whole image, mode RGB.

    Raises:
        Exception: Whatever Pillow and its plugins raise for a file that they cannot read.
    """
    opened = Image.open(file)
    stored = _stored_as(opened)
    opened.load()
    turn = _TURNS.get(_orientation(opened))  # before the pixels are copied, and the EXIF lost
    shown = _on_white(to_srgb(_eight_bits(opened, stored)))
    return shown if turn is None else shown.transpose(turn)


def _stored_as(image: ImageFile) -> str:
    """Pillow's name of how the pixels are stored, which says more than their mode; it is forgotten
    once they are loaded.
    """
    if not image.tile:
        return ""
    details = image.tile[0].args
    name = details[0] if isinstance(details, tuple) and details else details
    return name if isinstance(name, str) else ""


def _orientation(image: Image.Image) -> int:
    """EXIF's orientation; 1, upright, where EXIF is damaged: a viewer shows such images too.

    Pillow turns TIFF itself, and forgets the orientation.
    """
    with suppress(Exception):  # whatever Pillow raises for damaged EXIF
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    return 1


def _eight_bits(image: Image.Image, stored: str) -> Image.Image:
    """The image with 8 bits a channel, mode L, LA, RGB, RGBA or CMYK."""
    transparency = image.info.get("transparency")
    if image.mode.startswith(("I", "F")):
        return _deep_grey(image, stored, transparency)
    if transparency is not None and stored in _SMALL_GREYS:
        # Pillow spreads the levels over 0 to 255, but not the one that is transparent
        image.info["transparency"] = transparency * _SMALL_GREYS[stored]
    if isinstance(transparency, tuple) and max(transparency) > 255:
        # of 16 bits Pillow keeps the higher 8
        image.info["transparency"] = tuple(level >> 8 for level in transparency)
    if image.mode in _STRAIGHT:
        return image.convert(_STRAIGHT[image.mode])
    if image.has_transparency_data and image.mode not in ("LA", "RGBA"):
        return image.convert("RGBA")
    if image.mode in ("L", "LA", "RGB", "RGBA", "CMYK"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _deep_grey(image: Image.Image, stored: str, transparency: int | None) -> Image.Image:
    levels = np.asarray(image)
    if stored == "I;32N":  # Pillow has no mode without a sign
        levels = levels.view(np.uint32)
    white = _WHITE.get(stored, 1 if image.mode == "F" else _WHITE_OF_16_BITS)
    grey = _to_bytes(levels, white)
    if _counts_from_white(image):
        grey = 255 - grey
    shown = Image.fromarray(grey)
    if transparency is not None:
        opaque = (levels != transparency).astype(np.uint8) * 255
        shown.putalpha(Image.fromarray(opaque))
    if profile := image.info.get("icc_profile"):
        shown.info["icc_profile"] = profile
    return shown


def _to_bytes(levels: NDArray[Any], white: int) -> NDArray[np.uint8]:
    """Levels from 0 to ``white`` as 0 to 255, rounded; what lies beyond is cut, NaN is black."""
    if levels.dtype.kind == "u" and levels.dtype.itemsize == 2:  # by a table, for memory's sake
        table = _to_bytes(np.arange(2**16, dtype=np.uint32), white)
        return np.take(table, levels)
    share = np.nan_to_num(levels.astype(np.float64) / white, nan=0.0, posinf=1.0, neginf=0.0)
    grey: NDArray[np.uint8] = np.rint(255 * share.clip(0, 1)).astype(np.uint8)
    return grey


def _counts_from_white(image: Image.Image) -> bool:
    """Whether 0 is white and Pillow has left it so."""
    return (
        isinstance(image, TiffImageFile)
        and image.tag_v2.get(PHOTOMETRIC_INTERPRETATION) == _WHITE_IS_ZERO
    )


def _on_white(image: Image.Image) -> Image.Image:
    """The image on a white page, mode RGB."""
    if image.mode not in ("LA", "RGBA"):
        return image if image.mode == "RGB" else image.convert("RGB")
    alpha = image.getchannel("A")
    colours = image.convert("RGB")
    if alpha.getextrema() == (255, 255):
        return colours
    page = Image.new("RGB", image.size, "white")
    page.paste(colours, mask=alpha)
    return page
