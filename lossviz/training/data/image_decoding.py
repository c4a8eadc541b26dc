"""Images decoded, cut and resized, to the bit as fastai's ``Resize`` gives them.

In training fastai's ``Resize`` cuts another part out of an image each time. Here the place of the
cut follows from the number of the image and of the crop.
"""

import random
import threading
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

import numpy as np
from fastai.vision.augment import Resize
from fastai.vision.core import PILImage
from numpy.typing import NDArray

from lossviz.training.data.progress import CheckStop, OnProgress

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


def crop_image(image: PILImage, *, number: int, crop: int, size: int) -> NDArray[np.uint8]:
    """An image as fastai's ``Resize(size)`` gives it.

    Args:
        image: The whole image.
        number: The image's number, from which the place of the cut is drawn.
        crop: 0 cuts from the middle, as for validation; others from a place drawn for this image
            and crop.
        size: Width and height in pixels.

    Returns:
        uint8 [size, size, 3].
    """
    resize = _DeterministicResize(size, image=number, crop=crop)
    return np.asarray(resize(image, split_idx=0 if crop else 1))


def decode_images(
    files: Sequence[Path],
    images: NDArray[np.uint8],
    *,
    threads: int,
    on_progress: OnProgress,
    check_stop: CheckStop,
) -> list[int]:
    """Decode all files into an array.

    Args:
        files: Image files.
        images: uint8 [files, crops + 1, size, size, 3], filled; the place of a file that cannot be
            read is left as it is.
        threads: Images decoded at once.
        on_progress: Called five times a second with a sentence and the share that is done.
        check_stop: Called as often; may raise to end the work.

    Returns:
        The numbers of the files that cannot be read, in order.

    Side effects: reads the files; fills ``images``.
    """
    size = images.shape[2]
    unreadable: list[int] = []
    stopped = threading.Event()

    def decode(number: int) -> None:
        if stopped.is_set():
            return
        try:
            with files[number].open("rb") as file:  # Pillow leaves a broken one open
                image = PILImage.create(file)
        except Exception:  # whatever Pillow and its plugins raise for a broken file
            unreadable.append(number)
            return
        for crop in range(images.shape[1]):
            images[number, crop] = crop_image(image, number=number, crop=crop, size=size)

    with ThreadPoolExecutor(threads) as pool:
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
    return sorted(unreadable)
