"""Images as a viewer shows them, cut and resized to the bit as fastai's ``Resize`` does.

In training fastai's ``Resize`` cuts another part out of an image each time. Here the place of the
cut follows from the number of the image and of the crop.
"""

import os
import random
import threading
import warnings
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

import numpy as np
from fastai.vision.augment import Resize
from fastai.vision.core import PILImage
from numpy.typing import NDArray
from PIL import Image

from lossviz.training.data.decoding_report import (
    DecodingReport,
    first_digest_of,
    groups_of_equal,
    is_flat,
    spread_of,
)
from lossviz.training.data.left_out import reason_of
from lossviz.training.data.progress import CheckStop, OnProgress
from lossviz.training.data.viewer_pixels import read_as_viewer

_REPORT_EVERY_S = 0.2


class _DeterministicResize(Resize):  # type: ignore[misc]
    """fastai's ``Resize``, with the place of the cut drawn from the image's number and the crop's,
    instead of anew each time.
    """

    def __init__(self, size: int, *, image: int, crop: int) -> None:
        super().__init__(size)
        self._key = f"{image}/{crop}"

    def before_call(self, _b: object, split_idx: int) -> None:
        draw = random.Random(self._key)
        self.pcts = (0.5, 0.5) if split_idx else (draw.random(), draw.random())


def crop_image(image: Image.Image, *, number: int, crop: int, size: int) -> NDArray[np.uint8]:
    """An image as fastai's ``Resize(size)`` gives it.

    Args:
        image: The whole image, mode RGB.
        number: The image's number, from which the place of the cut is drawn.
        crop: 0 cuts from the middle, as for validation; others from a place drawn for this image
            and crop.
        size: Width and height in pixels.

    Returns:
        uint8 [size, size, 3].
    """
    shorter = min(image.size)
    if int(shorter / size * size) < 1:
        # fastai's sum gives 0 pixels, as 1 / 49 * 49 is less than 1; twice as large is the same
        image = image.resize((2 * image.width, 2 * image.height), Image.Resampling.NEAREST)
    resize = _DeterministicResize(size, image=number, crop=crop)
    return np.asarray(resize(PILImage(image), split_idx=0 if crop else 1))


def decode_images(
    files: Sequence[Path],
    images: NDArray[np.uint8],
    *,
    threads: int,
    on_progress: OnProgress,
    check_stop: CheckStop,
) -> DecodingReport:
    """Decode all files into an array.

    Args:
        files: Image files.
        images: uint8 [files, crops + 1, size, size, 3], filled; the place of a file that cannot be
            read is left as it is.
        threads: Images decoded at once.
        on_progress: Called five times a second with a sentence and the share that is done.
        check_stop: Called as often; may raise to end the work.

    Side effects: reads the files; fills ``images``; meanwhile no warning is printed: Pillow warns
        of what a viewer shows without a word.
    """
    unreadable: dict[int, str] = {}
    flat: list[int] = []
    digests: dict[int, bytes] = {}
    stopped = threading.Event()

    def decode(number: int) -> None:
        if stopped.is_set():
            return
        try:
            _decode(files[number], images[number], number)
        except Exception as error:  # whatever Pillow and its plugins raise for a broken file
            images[number] = 0
            unreadable[number] = reason_of(error)
            return
        digests[number] = first_digest_of(images[number, 0])
        if is_flat(images[number, 0]):
            flat.append(number)

    with warnings.catch_warnings(), ThreadPoolExecutor(threads) as pool:
        warnings.simplefilter("ignore")
        pending: set[Future[None]] = {pool.submit(decode, number) for number in range(len(files))}
        try:
            while pending:
                done, pending = wait(pending, timeout=_REPORT_EVERY_S, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()
                check_stop()
                decoded = len(files) - len(pending)
                on_progress(
                    f"decoding images: {decoded:,} of {len(files):,}",
                    1 - len(pending) / len(files),
                )
        except BaseException:
            stopped.set()
            pool.shutdown(cancel_futures=True)
            raise
    return DecodingReport(
        unreadable=tuple(sorted(unreadable.items())),
        flat=tuple(sorted(flat)),
        identical=groups_of_equal(images[:, 0], digests),
        spread=spread_of(images[:, 0], sorted(digests)),
    )


def _decode(file: Path, crops: NDArray[np.uint8], number: int) -> None:
    with open(file, "rb", opener=_open_without_waiting) as opened:  # Pillow leaves it open
        image = read_as_viewer(opened)
    for crop in range(len(crops)):
        crops[crop] = crop_image(image, number=number, crop=crop, size=crops.shape[1])


def _open_without_waiting(path: str, flags: int) -> int:
    """A pipe that took a file's place meanwhile is no reason to wait for ever."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
