"""Small pictures to train on in tests, in folders of one class each, and their cache."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from fastai.data.transforms import get_image_files
from PIL import Image

from lossviz.training.data.image_cache import ImageCache, open_image_cache


def picture(number: int, *, width: int = 40, height: int = 30) -> Image.Image:
    """Clouds of colour, another one for each number."""
    coarse = np.random.default_rng(number).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)


def save_pictures(
    root: Path, *, images: int = 8, classes: str = "abc", ending: str = "png"
) -> Path:
    """A folder for each class, with pictures of different shapes in it."""
    for place, name in enumerate(classes):
        (root / name).mkdir(parents=True)
        for number in range(images):
            picture(100 * place + number, width=30 + 2 * number, height=44 - 2 * number).save(
                root / name / f"{number:02}.{ending}"
            )
    return root


@dataclass(frozen=True)
class Album:
    """Pictures in folders, and the folder of their cache."""

    root: Path
    cache: Path

    @property
    def files(self) -> list[Path]:
        return sorted(get_image_files(self.root))

    def open(self, *, size: int = 24, crops: int = 3, check=lambda: None) -> ImageCache:
        return open_image_cache(
            self.files,
            size=size,
            crops=crops,
            folder=self.cache,
            threads=2,
            on_progress=lambda *_: None,
            check_stop=check,
        )

    @property
    def kept(self) -> list[str]:
        """The endings of the files in the cache."""
        return sorted(path.suffix for path in self.cache.iterdir() if path.suffix != ".lock")
