"""What the recipes download: fastai's pets, by its own ``untar_data``, and torchvision's weights,
to where torch looks for them.
"""

import gzip
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import fastai.data
import torch.hub
from fastai.data.external import FastDownload, URLs, fastai_cfg, untar_data
from fastai.data.transforms import get_image_files
from fastdownload.core import read_checks  # type: ignore[import-untyped]

from lossviz.errors import InvalidInput
from lossviz.training.data.remote_file import (
    CheckStop,
    OnProgress,
    RemoteFile,
    disk_errors,
    locked,
    require_free_space,
    throttled,
)
from lossviz.training.data.resumable_download import fetch

WEIGHTS_URL = "https://download.pytorch.org/models/"
PETS_IMAGES = 7390
_HASHED_BY_FASTAI = 2**20  # fastdownload's md5 is that of the first megabyte


class PretrainedNetwork(Protocol):
    """What must be known of a network to fetch its weights."""

    @property
    def name(self) -> str:
        """Its name in torchvision."""

    @property
    def weights_file(self) -> str:
        """The file's name; between its last "-" and its ending stand the first hex digits of its
        sha256.
        """

    @property
    def weights_megabytes(self) -> float:
        """About how large it is."""


def fetch_weights(
    network: PretrainedNetwork, *, on_progress: OnProgress, check_stop: CheckStop
) -> Path:
    """Have the weights where ``torch.hub`` looks for them.

    Args:
        network: Whose weights.
        on_progress: See ``fetch``.
        check_stop: See ``fetch``.

    Returns:
        The file.

    Raises:
        DownloadError: See ``fetch``.
        InvalidInput: The file's name has no digits of its hash.

    Side effects: downloads into the folder ``checkpoints`` of ``torch.hub.get_dir()``.
    """
    _, found, digits = Path(network.weights_file).stem.rpartition("-")
    if not found:
        raise InvalidInput(
            f"{network.weights_file} has no digits of its hash in its name, so it cannot be"
            " verified"
        )
    file = RemoteFile(
        name=f"the weights of {network.name}",
        url=WEIGHTS_URL + network.weights_file,
        size=None,
        algorithm="sha256",
        digest=digits,
        home="TORCH_HOME",
    )
    target = Path(torch.hub.get_dir()) / "checkpoints" / network.weights_file
    return fetch(
        file,
        target,
        on_progress=on_progress,
        check_stop=check_stop,
        room_for=int(network.weights_megabytes * 1e6),
    )


def fetch_pets(*, on_progress: OnProgress, check_stop: CheckStop) -> Path:
    """The Oxford-IIIT pets as fastai's ``untar_data(URLs.PETS)`` gives them.

    The archive is fetched to where fastai looks for it; then ``untar_data`` checks it by fastai's
    own table and unpacks it.

    Args:
        on_progress: See ``fetch``; called while unpacking too.
        check_stop: The same.

    Returns:
        The folder that holds the folder ``images``.

    Raises:
        DownloadError: See ``fetch``; or the archive is broken in a place that fastai's hash does
            not cover.

    Side effects: writes to fastai's folders for archives and data; a folder there with too few
        images is set aside, under another name.
    """
    places = FastDownload(fastai_cfg(), module=fastai.data)
    archive: Path = places.arch_path() / URLs.PETS.rpartition("/")[2]
    folder: Path = places.data_path("data", archive)
    if _is_whole(folder):
        return folder
    size, md5 = read_checks(places.module)[URLs.PETS]
    file = RemoteFile(
        name="the pets",
        url=URLs.PETS,
        size=size,
        algorithm="md5",
        digest=md5,
        hashed_bytes=_HASHED_BY_FASTAI,
        home="FASTAI_HOME",
    )  # unpacked, photos take about what the archive takes
    fetch(file, archive, on_progress=on_progress, check_stop=check_stop, room_for=size)
    # The archive's own lock cannot be held any longer: untar_data takes it itself, and would wait
    # for us for ever.
    lock = folder.with_name(f"{folder.name}.lock")
    with locked(
        file,
        lock,
        waiting=lambda: on_progress("another process is unpacking the pets", 0.0),
        check_stop=check_stop,
    ):
        if not _is_whole(folder):
            require_free_space(file, folder.parent, size)
            _set_aside(folder, on_progress=on_progress)
            _unpack(file, archive, folder, on_progress=on_progress, check_stop=check_stop)
    return folder


def _is_whole(folder: Path) -> bool:
    """Whether all images are there. ``untar_data`` takes any folder for whole, and where /tmp is
    another disk a kill leaves it a half one.
    """
    return len(get_image_files(folder / "images")) >= PETS_IMAGES


def _set_aside(folder: Path, *, on_progress: OnProgress) -> None:
    """Rename what stands where the pets belong: somebody may have thinned it out on purpose, so it
    is not deleted.
    """
    if folder.exists():
        number = 1
        while (aside := folder.with_name(f"{folder.name}-incomplete-{number}")).exists():
            number += 1
        folder.rename(aside)
        on_progress(
            f"{folder} had fewer than {PETS_IMAGES:,} images and is now called {aside.name}", 0.0
        )


def _unpack(
    file: RemoteFile, archive: Path, folder: Path, *, on_progress: OnProgress, check_stop: CheckStop
) -> None:
    """Let ``untar_data`` unpack the archive, beside ``folder`` first: it gets its name when it is
    whole, whatever is killed on the way.
    """
    beside = folder.with_name(f"{folder.name}.unpacking")
    often, archive_size = throttled(on_progress), archive.stat().st_size

    def each(member: tarfile.TarInfo) -> None:
        often("unpacking the pets", min(1.0, member.offset / archive_size))
        check_stop()

    with disk_errors(file, folder.parent):
        shutil.rmtree(beside, ignore_errors=True)  # of one that was killed
        beside.mkdir()
        try:
            with _unpacking(beside, each):
                readable = _is_unpacked(file.url)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
        if not (readable and _is_whole(folder)):
            archive.unlink()
            shutil.rmtree(folder, ignore_errors=True)
            raise file.error(
                f"the archive from {file.url} is broken inside and was thrown away; try again"
            )


def _is_unpacked(url: str) -> bool:
    """Whether ``untar_data`` came through, or met what a broken archive raises."""
    try:
        untar_data(url)
    except (tarfile.TarError, shutil.ReadError, gzip.BadGzipFile, zlib.error, EOFError):
        return False
    return True


@contextmanager
def _unpacking(beside: Path, each: Callable[[tarfile.TarInfo], None]) -> Iterator[None]:
    """Make ``shutil.unpack_archive``, deep inside ``untar_data``, unpack under ``beside`` and call
    ``each`` before each member.

    fastcore unpacks in the folder for temporary files and moves the result. From another disk that
    move is a copy, which can be killed half way; on the same one it is a rename. tarfile's default
    filter is where Python lets one set what holds for code that names none.

    Side effects: sets ``tempfile.tempdir`` and ``tarfile.TarFile.extraction_filter`` for the block.
    """

    def pick(member: tarfile.TarInfo, path: str) -> tarfile.TarInfo | None:
        each(member)
        return tarfile.data_filter(member, path)  # nothing outside its folder

    changed: tuple[tuple[Any, str, Any], ...] = (
        (tempfile, "tempdir", str(beside)),
        (tarfile.TarFile, "extraction_filter", staticmethod(pick)),
    )
    before = [vars(owner).get(name) for owner, name, _ in changed]
    for owner, name, value in changed:
        setattr(owner, name, value)
    try:
        yield
    finally:
        for (owner, name, _), value in zip(changed, before, strict=True):
            setattr(owner, name, value)
