"""What a viewer makes of stored levels, by the formulas of the standards, in NumPy."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.support.raw_images import SRGB_TO_D50

Levels = NDArray[Any]


def on_three(levels: Levels) -> Levels:
    """Grey, 0 to 255, as RGB."""
    return np.repeat(np.rint(levels).astype(np.uint8)[..., None], 3, axis=-1)


def on_white(rgb: Levels, alpha: Levels) -> Levels:
    share = alpha[..., None] / 255
    return np.rint(rgb * share + 255 * (1 - share)).astype(np.uint8)


def oriented(upright: Levels, orientation: int) -> Levels:
    """What EXIF's orientation makes of stored pixels (Exif 2.3, table of tag 274)."""
    return {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.swapaxes(0, 1),
        6: np.rot90(upright, -1),
        7: np.rot90(upright, 2).swapaxes(0, 1),
        8: np.rot90(upright),
    }[orientation]


def linear_to_srgb(linear: Levels) -> Levels:
    """IEC 61966-2-1."""
    share = linear.clip(0, 1)
    curve = np.where(share <= 0.0031308, 12.92 * share, 1.055 * share ** (1 / 2.4) - 0.055)
    return np.rint(255 * curve).astype(np.uint8)


def lab_to_srgb(lab: Levels) -> Levels:
    """CIE Lab under D50, L from 0 to 100, by the formula of CIE 15."""
    lightness, a, b = np.moveaxis(lab.astype(float), -1, 0)
    y = (lightness + 16) / 116
    roots = np.stack([y + a / 500, y, y - b / 200], axis=-1)
    xyz = np.where(roots > 6 / 29, roots**3, 3 * (6 / 29) ** 2 * (roots - 4 / 29))
    return linear_to_srgb((xyz * [0.9642, 1, 0.8249]) @ np.linalg.inv(SRGB_TO_D50).T)


def ycbcr_to_rgb(ycbcr: Levels) -> Levels:
    """JFIF 1.02."""
    y, cb, cr = np.moveaxis(ycbcr.astype(float), -1, 0)
    cb, cr = cb - 128, cr - 128
    rgb = [y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb]
    return np.rint(np.stack(rgb, axis=-1).clip(0, 255)).astype(np.uint8)


def cmyk_to_rgb(cmyk: Levels) -> Levels:
    inks = cmyk.astype(float)
    return np.rint((255 - inks[..., :3]) * (255 - inks[..., 3:]) / 255).astype(np.uint8)
