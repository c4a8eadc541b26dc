"""Make the playground's handwritten digits: ``python -m lossviz.ui.playground.digits_plane``.

It takes the 1,797 images of scikit-learn, computes their two principal components, and writes
the places of the digits that can be chosen into ``data/digits.js``, as text of four characters an
image.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from lossviz.ui.static_files import COMPONENTS

FILE: Final = COMPONENTS / "playground" / "data" / "digits.js"
DIGITS: Final = range(1, 6)  # 1 first, as readers see classes counted from 1
SCALE: Final = 6.0  # of a component for one of the plane, which goes from -6 to 6: all of them fit
_CHARACTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_SIDE, _LABELS = 1202, 7  # as data/points_text.js has them
_HEAD: Final = """\
// The digits 1 to 5 of scikit-learn, each image at its two principal components, as points_text.js
// writes points. Made by python -m lossviz.ui.playground.digits_plane.

export const DIGITS = [
"""


def principal_components(images: NDArray[np.float64]) -> NDArray[np.float64]:
    """The first two principal components of images.

    Args:
        images: Their pixels, [images, pixels].

    Returns:
        [images, 2]. Of each component's pixel weights the largest is positive: without a rule its
        sign would be the library's choice.
    """
    centred = images - images.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    first = directions[:2]
    largest = np.take_along_axis(first, np.abs(first).argmax(axis=1)[:, None], axis=1)
    components: NDArray[np.float64] = centred @ (first * np.sign(largest)).T
    return components


def digits_module() -> str:
    """The text of ``data/digits.js``."""
    images, digits = load_digits(return_X_y=True)
    places = np.rint(100 * principal_components(images) / SCALE).astype(int) + 600
    lines = [
        "".join(_point_text(x, y, k) for x, y in places[digits == digit].tolist())
        for k, digit in enumerate(DIGITS)
    ]
    return _HEAD + "".join(f'  "{line}",\n' for line in lines) + "];\n"


def _point_text(column: int, row: int, label: int) -> str:
    value = (column * _SIDE + row) * _LABELS + label
    return "".join(_CHARACTERS[value >> shift & 63] for shift in (18, 12, 6, 0))


def main(file: Path = FILE) -> None:
    """Write the file."""
    file.write_text(digits_module())


if __name__ == "__main__":
    main()
