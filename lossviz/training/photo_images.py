"""Generated photos as JPEG files, for what is measured on files.

``python -m lossviz.training.photo_images FOLDER CLASSES PER_CLASS`` writes a folder for each class.
They take a photo's time to decode and can be learned, as each class has its own colours. Every run
writes the same ones.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_SIZE: Final = (375, 500)  # height and width of many of the pets' photos
_BASES: Final = 8
_QUALITY: Final = 90
_Picture: TypeAlias = NDArray[np.float32]


def write_photos(folder: Path, *, classes: int, per_class: int) -> None:
    """Write photos of 500 × 375 pixels.

    Side effects: makes folders and files.
    """
    generator = np.random.default_rng(0)
    bases = [_scene(generator) for _ in range(_BASES)]
    tints = generator.uniform(0.5, 1.5, (classes, 3)).astype(np.float32)
    jobs = []
    for number in range(classes):
        (folder / f"{number:02}").mkdir(parents=True, exist_ok=True)
        for place in range(per_class):
            shift = int(generator.integers(0, _SIZE[1]))
            file = folder / f"{number:02}" / f"{place:03}.jpg"
            jobs.append((bases[int(generator.integers(_BASES))], shift, tints[number], file))
    with ThreadPoolExecutor() as pool:
        for _written in pool.map(lambda job: _write(*job), jobs):
            pass


def _scene(generator: np.random.Generator) -> _Picture:
    """Light and colours over all sizes, as in photos, with grain; height, width, colours."""
    height, width = _SIZE
    scene = np.zeros((height, width, 3), np.float32)
    for octave in range(8):
        rows = 2 ** (octave + 1)
        coarse = generator.standard_normal((rows, rows * 4 // 3, 3)).astype(np.float32)
        for colour in range(3):
            layer = Image.fromarray(np.ascontiguousarray(coarse[..., colour]))
            smooth = layer.resize((width, height), Image.Resampling.BICUBIC)
            scene[..., colour] += np.asarray(smooth) / 1.5**octave
    grain = generator.standard_normal((height, width, 3)).astype(np.float32)
    return 110 + 35 * scene + 14 * grain


def _write(scene: _Picture, shift: int, tint: _Picture, file: Path) -> None:
    pixels = np.clip(np.roll(scene, shift, axis=1) * tint, 0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(file, quality=_QUALITY)


if __name__ == "__main__":
    write_photos(Path(sys.argv[1]), classes=int(sys.argv[2]), per_class=int(sys.argv[3]))
