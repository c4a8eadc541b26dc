"""Colours of an embedded profile as those of sRGB, which screens and networks expect."""

import io
from contextlib import suppress
from functools import lru_cache
from typing import Final

import numpy as np
from PIL import Image, ImageCms

# Photos of a set share a few profiles; one of CMYK is half a megabyte.
_MAX_TRANSFORMS: Final = 16
_SAME_COLOURS: Final = 2  # of 255: what two profiles of sRGB differ by, and nobody sees
_CUBE_STEPS: Final = 9


def to_srgb(image: Image.Image) -> Image.Image:
    """The image in sRGB, by its embedded profile.

    A profile that is damaged, or is one of other channels than the image has, is ignored, as
    browsers do. An image whose profile is sRGB, or that has none, stays as it is to the bit.

    Args:
        image: Mode L, LA, RGB, RGBA or CMYK.

    Returns:
        The same mode where nothing is to be done, otherwise RGB or, with transparency, RGBA.
    """
    profile = image.info.get("icc_profile")
    if not profile:
        return image
    colours = image.convert({"LA": "L", "RGBA": "RGB"}[image.mode]) if "A" in image.mode else image
    transform = _transform(profile, colours.mode)
    if transform is None:
        return image
    shown = transform.apply(colours)
    if colours is not image:
        shown.putalpha(image.getchannel("A"))
    return shown


@lru_cache(_MAX_TRANSFORMS)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """From a profile to sRGB; None where that changes nothing that can be seen, or where it is no
    profile of such an image.
    """
    with suppress(ImageCms.PyCMSError, OSError, ValueError, ImportError):
        transform = ImageCms.buildTransform(
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
        )
        if mode == "CMYK":
            return transform
        cube = _all_colours(mode)
        if _difference(transform.apply(cube), cube) > _SAME_COLOURS:
            return transform
    return None


def _all_colours(mode: str) -> Image.Image:
    """A picture with colours from all over the mode, L or RGB."""
    levels = np.linspace(0, 255, _CUBE_STEPS).round().astype(np.uint8)
    bands = Image.getmodebands(mode)
    cube = np.stack(np.meshgrid(*[levels] * bands), axis=-1).reshape(1, -1, bands)
    return Image.fromarray(cube[..., 0] if bands == 1 else cube)


def _difference(one: Image.Image, other: Image.Image) -> int:
    difference = np.asarray(one).astype(int) - np.asarray(other.convert("RGB")).astype(int)
    return int(np.abs(difference).max())
