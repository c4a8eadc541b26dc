"""Images decoded, cut and resized once and kept in a file that every trial maps into its memory, to
the bit as fastai's ``Resize`` gives them.

In training fastai's ``Resize`` cuts another part out of an image each time. Here the place of the
cut follows from the image and from how often it has been trained on, so that all losses and seeds
can share what was decoded; a trial that goes through its images more often than ``MAX_CROPS``
times meets the same cuts again.
"""

import hashlib
import json
import os
import random
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import fastai
import numpy as np
import PIL
import torch
from fastai.vision.augment import Resize
from fastai.vision.core import PILImage
from filelock import FileLock, Timeout
from numpy.typing import NDArray
from platformdirs import user_cache_path
from torch import Tensor

from lossviz.errors import LossvizError
from lossviz.training.data.remote_file import OnProgress

MAX_CROPS = 4
_KEPT = 2  # stores of this many image sets: the one in use and the one before
_LOOK_EVERY_S = 0.5


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
    """An image as fastai's ``Resize(size)`` gives it: crop 0 from its middle, as for validation,
    others from a place drawn for this image and crop.

    Returns:
        uint8 [size, size, 3].
    """
    resize = _DeterministicResize(size, image=number, crop=crop)
    return np.asarray(resize(image, split_idx=0 if crop else 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageCache:
    """Images that lie decoded in a file.

    Attributes:
        images: uint8 [images, crops + 1, size, size, 3], mapped from the file; of an image that
            cannot be read, zeros.
        unreadable: The numbers of those that cannot be read.
    """

    images: NDArray[np.uint8]
    unreadable: tuple[int, ...]

    def read(self, rows: Tensor, crop: int) -> Tensor:
        """Images [n, 3, size, size], uint8; crops come again after the last."""
        index = (crop - 1) % (self.images.shape[1] - 1) + 1 if crop else 0
        return torch.from_numpy(self.images[rows.numpy(), index]).permute(0, 3, 1, 2)


def cache_folder() -> Path:
    """Where decoded images are kept: the user's cache folder."""
    return user_cache_path("lossviz", appauthor=False) / "decoded"


def open_image_cache(
    files: Sequence[Path],
    *,
    size: int,
    crops: int,
    folder: Path,
    threads: int,
    on_progress: OnProgress,
    check_stop: Callable[[], None] = lambda: None,
) -> ImageCache:
    """The decoded images of these files; what is not there yet is decoded now, once for all
    processes that ask.

    Args:
        files: Image files.
        size: Width and height in pixels.
        crops: Different cuts for training; at most ``MAX_CROPS`` are made.
        folder: Where decoded images are kept; the sets that were not used for longest are removed.
        threads: Images decoded at once.
        on_progress: Told what is being done and the share of it that is done.
        check_stop: Called now and then; may raise to end the work, of which nothing is left then.

    Raises:
        LossvizError: The disk has too little room.

    Side effects: reads the files; writes into ``folder``.
    """
    crops = min(crops, MAX_CROPS)
    note = folder / f"{_key_of(files, size, crops)}.json"
    folder.mkdir(parents=True, exist_ok=True)
    while (found := _find(note)) is None:
        with _turn(folder / "decoding.lock", on_progress=on_progress, check_stop=check_stop):
            if _find(note) is None:  # nobody has made it while we waited
                _make_room(folder, len(files) * (crops + 1) * size**2 * 3)
                _decode(
                    files,
                    note,
                    size=size,
                    crops=crops,
                    threads=threads,
                    on_progress=on_progress,
                    check_stop=check_stop,
                )
    return found


def _find(note: Path) -> ImageCache | None:
    """What is decoded, if it still is: another process may be removing it. What is mapped stays
    readable where it is removed later.
    """
    try:
        unreadable = tuple(json.loads(note.read_text()))
        images = np.load(note.with_suffix(".npy"), mmap_mode="r")
        # used last; the system's own stamp is 4 ms coarse
        os.utime(note, ns=(now := time.time_ns(), now))
    except FileNotFoundError:
        return None
    return ImageCache(images=images, unreadable=unreadable)


@contextmanager
def _turn(lock: Path, *, on_progress: OnProgress, check_stop: Callable[[], None]) -> Iterator[None]:
    """Hold the lock of all stores: only one process at a time decodes and removes."""
    held = FileLock(lock)
    while not held.is_locked:
        check_stop()
        try:
            held.acquire(timeout=_LOOK_EVERY_S)
        except Timeout:
            on_progress("another process is decoding images", 0.0)
    try:
        yield
    finally:
        held.release()


def _key_of(files: Sequence[Path], size: int, crops: int) -> str:
    digest = hashlib.sha256(f"{size}/{crops}/{PIL.__version__}/{fastai.__version__}".encode())
    for file in files:
        about = file.stat()
        digest.update(f"{file}/{about.st_size}/{about.st_mtime_ns}".encode())
    return digest.hexdigest()[:24]


def _make_room(folder: Path, needed: int) -> None:
    """Remove what is old, and see whether the disk has room for what comes."""
    notes = sorted(folder.glob("*.json"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    for note in notes[_KEPT - 1 :]:
        note.unlink(missing_ok=True)  # first: what is left then is not taken for whole
        with suppress(OSError):  # a system that keeps files that are mapped
            note.with_suffix(".npy").unlink(missing_ok=True)
    for rest in folder.glob("*.part"):
        rest.unlink(missing_ok=True)
    if (free := shutil.disk_usage(folder).free) < 1.05 * needed:
        raise LossvizError(
            f"decoded images need {needed / 1e6:,.0f} MB on the disk of {folder}, and"
            f" {free / 1e6:,.0f} MB are free; make room or take smaller images"
        )


def _decode(
    files: Sequence[Path],
    note: Path,
    *,
    size: int,
    crops: int,
    threads: int,
    on_progress: OnProgress,
    check_stop: Callable[[], None],
) -> None:
    """Decode all files into a file beside the note, and note the numbers of those that cannot be
    read.
    """
    part = note.with_suffix(".part")
    images = np.lib.format.open_memmap(
        part, mode="w+", dtype=np.uint8, shape=(len(files), crops + 1, size, size, 3)
    )
    try:
        unreadable = _fill(
            images, files, threads=threads, on_progress=on_progress, check_stop=check_stop
        )
        images.flush()
    except BaseException:
        part.unlink()
        raise
    del images  # some systems rename no file that is mapped
    part.replace(note.with_suffix(".npy"))
    part.write_text(json.dumps(unreadable))
    part.replace(note)  # last, and at once: its presence says that all is whole


def _fill(
    images: NDArray[np.uint8],
    files: Sequence[Path],
    *,
    threads: int,
    on_progress: OnProgress,
    check_stop: Callable[[], None],
) -> list[int]:
    crops, size = images.shape[1] - 1, images.shape[2]
    unreadable: list[int] = []
    ended = threading.Event()

    def decode(number: int) -> None:
        if ended.is_set():
            return
        try:
            with files[number].open("rb") as file:  # Pillow leaves a broken one open
                image = PILImage.create(file)
        except Exception:  # whatever Pillow and its plugins raise for a broken file
            unreadable.append(number)
            return
        for crop in range(crops + 1):
            images[number, crop] = crop_image(image, number=number, crop=crop, size=size)

    with ThreadPoolExecutor(threads) as pool:
        open_: set[Future[None]] = {pool.submit(decode, number) for number in range(len(files))}
        try:
            while open_:
                done, open_ = wait(open_, timeout=0.2, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()
                check_stop()
                on_progress(
                    f"decoding images: {len(files) - len(open_):,} of {len(files):,}",
                    1 - len(open_) / len(files),
                )
        except BaseException:
            ended.set()
            pool.shutdown(cancel_futures=True)
            raise
    return sorted(unreadable)
