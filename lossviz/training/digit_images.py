"""The handwritten digits as image files, for what is measured on files.

``python -m lossviz.training.digit_images FOLDER`` writes a folder for each class.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

_SCALE = 255 / 16  # scikit-learn's digits have levels 0 to 16


def write_digit_images(folder: Path) -> None:
    """Write each digit as an 8 × 8 PNG file.

    Side effects: makes folders and files.
    """
    digits = load_digits()
    for number, (pixels, target) in enumerate(zip(digits.images, digits.target, strict=True)):
        class_folder = folder / str(target)
        class_folder.mkdir(parents=True, exist_ok=True)
        image = Image.fromarray((pixels * _SCALE).astype(np.uint8))
        image.save(class_folder / f"{number}.png")


if __name__ == "__main__":
    write_digit_images(Path(sys.argv[1]))
