"""Decoded images, kept in a file that every trial maps into its memory.

How often an image has been trained on chooses among its crops, so all losses and seeds can share
them; a trial that trains on its images more often than ``MAX_CROPS`` times meets the same again.
"""

import hashlib
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import fastai
import numpy as np
import PIL
import torch
from numpy.typing import NDArray
from platformdirs import user_cache_path
from torch import Tensor

from lossviz.errors import LossvizError
from lossviz.training.data.decoding_report import DecodingReport
from lossviz.training.data.disk import acquire_lock, require_free_space
from lossviz.training.data.image_decoding import decode_images
from lossviz.training.data.progress import CheckStop, OnProgress
from lossviz.training.data.viewer_pixels import RULES

MAX_CROPS = 4
_MAX_CACHES = 2  # sets of images that are kept: the one in use and the one before
_SPARE_ROOM = 1.05  # of what is needed: other programs write too
_MB = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageCache:
    """Images that lie decoded in a file.

    Attributes:
        images: uint8 [images, crops + 1, size, size, 3], mapped from the file; of an image that
            cannot be read, zeros.
        report: What was seen while they were decoded.
    """

    images: NDArray[np.uint8]
    report: DecodingReport

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
    check_stop: CheckStop = lambda: None,
) -> ImageCache:
    """The decoded images of these files, decoded now where they are not yet.

    One process decodes, and the others that want the same wait for it.

    Args:
        files: Image files.
        size: Width and height in pixels.
        crops: Different cuts for training; at most ``MAX_CROPS`` are made.
        folder: Where decoded images are kept; the sets that were not used for longest are removed.
        threads: Images decoded at once.
        on_progress: Called with what is being done and the share of it that is done.
        check_stop: Called often; may raise to end the work, of which nothing is left then.

    Raises:
        LossvizError: The disk has too little room.

    Side effects: reads the files; writes into ``folder``.
    """
    crops = min(crops, MAX_CROPS)
    index = folder / f"{_key_of(files, size, crops)}.json"
    while (cache := _load(index)) is None:
        lock = acquire_lock(  # of all caches: only one process at a time decodes and removes
            folder / "decoding.lock",
            on_wait=lambda: on_progress("another process is decoding images", 0.0),
            check_stop=check_stop,
        )
        with lock:
            if _load(index) is not None:  # another process has made it meanwhile
                continue
            shape = (len(files), crops + 1, size, size, 3)
            _remove_old(folder)
            _require_room(folder, int(np.prod(shape)))
            part = index.with_suffix(".part")
            images = np.lib.format.open_memmap(part, mode="w+", dtype=np.uint8, shape=shape)
            try:
                report = decode_images(
                    files, images, threads=threads, on_progress=on_progress, check_stop=check_stop
                )
                images.flush()
            except BaseException:
                part.unlink()
                raise
            del images  # some systems rename no file that is mapped
            _publish(part, index, report)
    return cache


def _load(index: Path) -> ImageCache | None:
    """What is decoded, if it still is: another process may be removing it. What is mapped stays
    readable where it is removed later.
    """
    try:
        report = DecodingReport.from_json(index.read_text())
        images = np.load(index.with_suffix(".npy"), mmap_mode="r")
        now = time.time_ns()  # the system's own stamp is 4 ms coarse
        os.utime(index, ns=(now, now))  # the oldest is removed first
    except FileNotFoundError:
        return None
    return ImageCache(images=images, report=report)


def _key_of(files: Sequence[Path], size: int, crops: int) -> str:
    """A name that changes with all that the pixels depend on."""
    rules = f"{size}/{crops}/{RULES}/{PIL.__version__}/{fastai.__version__}"
    digest = hashlib.sha256(rules.encode())
    for file in files:
        digest.update(os.fsencode(file))
        try:
            about = file.stat()
        except OSError:  # gone since it was listed; it will be named as unreadable
            digest.update(b"/gone")
        else:
            digest.update(f"/{about.st_size}/{about.st_mtime_ns}/".encode())
    return digest.hexdigest()[:24]


def _remove_old(folder: Path) -> None:
    """Remove all caches but the last used, and what a killed process left."""
    indexes = sorted(folder.glob("*.json"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    for index in indexes[_MAX_CACHES - 1 :]:
        index.unlink(missing_ok=True)  # first: what is left then is not taken for whole
        with suppress(OSError):  # a system that keeps files that are mapped
            index.with_suffix(".npy").unlink(missing_ok=True)
    for part in folder.glob("*.part"):
        part.unlink(missing_ok=True)


def _require_room(folder: Path, needed: int) -> None:
    require_free_space(
        folder,
        _SPARE_ROOM * needed,
        lambda free: LossvizError(
            f"decoded images need {needed / _MB:,.0f} MB on the disk of {folder}, and"
            f" {free / _MB:,.0f} MB are free; make room or take smaller images"
        ),
    )


def _publish(part: Path, index: Path, report: DecodingReport) -> None:
    """Give the decoded images their name."""
    part.replace(index.with_suffix(".npy"))
    part.write_text(report.to_json())
    part.replace(index)  # last, and at once: its presence says that all is whole
