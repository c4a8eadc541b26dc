"""The Oxford-IIIT pets, downloaded and unpacked to where fastai's ``untar_data`` puts them.

``untar_data`` itself reports no progress while it unpacks, cannot be stopped, and unpacks in the
folder for temporary files: from another disk the result is then copied, and a kill half way leaves
a half folder that it takes for whole the next time.
"""

import gzip
import shutil
import tarfile
import zlib
from pathlib import Path

import fastai.data
from fastai.data.external import FastDownload, URLs, fastai_cfg
from fastai.data.transforms import get_image_files
from fastdownload.core import read_checks  # type: ignore[import-untyped]

from lossviz.experiments.pets_cost import PETS_IMAGES
from lossviz.training.data.progress import CheckStop, OnProgress, throttled
from lossviz.training.data.remote_file import RemoteFile
from lossviz.training.data.resumable_download import Download

_HASHED_BY_FASTAI = 2**20  # fastdownload's md5 is that of the first megabyte
_BROKEN_ARCHIVE = (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError)


def fetch_pets(*, on_progress: OnProgress, check_stop: CheckStop) -> Path:
    """The Oxford-IIIT pets as fastai's ``untar_data(URLs.PETS)`` gives them.

    The archive is verified by fastai's own table. One process downloads and unpacks, and the others
    wait; so does a notebook's own ``untar_data``, which holds the same lock.

    Args:
        on_progress: See ``Download``; called while unpacking too.
        check_stop: The same.

    Returns:
        The folder that holds the folder ``images``.

    Raises:
        DownloadError: See ``Download.run``; or the archive is broken in a place that fastai's hash
            does not cover.

    Side effects: writes to fastai's folders for archives and data; a folder there with too few
        images is renamed.
    """
    places = FastDownload(fastai_cfg(), module=fastai.data)
    archive: Path = places.arch_path() / URLs.PETS.rpartition("/")[2]
    folder: Path = places.data_path("data", archive)
    if _is_complete(folder):
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
    )
    download = Download(
        file=file,
        target=archive,
        on_progress=on_progress,
        check_stop=check_stop,
        room_for=size,  # unpacked, photos take about what the archive takes
    )

    def report_waiting() -> None:
        if archive.exists() and not download.part.exists():
            on_progress("another process is unpacking the pets", 0.0)
        else:
            download.report_waiting()

    with download.lock(report_waiting):
        if not _is_complete(folder):  # no other process has unpacked it while this one waited
            download.run()
            with file.disk_errors(folder.parent):
                folder.parent.mkdir(parents=True, exist_ok=True)
            file.require_free_space(folder.parent, size)
            _rename_incomplete(folder, on_progress)
            _unpack(download, folder)
    return folder


def _is_complete(folder: Path) -> bool:
    """Whether all images are there; ``untar_data`` takes any folder for whole."""
    return len(get_image_files(folder / "images")) >= PETS_IMAGES


def _rename_incomplete(folder: Path, on_progress: OnProgress) -> None:
    """Rename what stands where the pets belong: somebody may have thinned it out on purpose, so it
    is not deleted.
    """
    if not folder.exists():
        return
    number = 1
    while (renamed := folder.with_name(f"{folder.name}-incomplete-{number}")).exists():
        number += 1
    folder.rename(renamed)
    on_progress(
        f"{folder} had fewer than {PETS_IMAGES:,} images and is now called {renamed.name}", 0.0
    )


def _unpack(download: Download, folder: Path) -> None:
    """Unpack the archive beside ``folder`` first: it gets its name when it is whole, whatever is
    killed meanwhile.
    """
    file, archive = download.file, download.target
    temporary = folder.with_name(f"{folder.name}.unpacking")
    with file.disk_errors(folder.parent):
        shutil.rmtree(temporary, ignore_errors=True)  # of a process that was killed
        try:
            temporary.mkdir()
            _extract(download, temporary)
            unpacked = temporary / folder.name
            if not _is_complete(unpacked):
                raise tarfile.ReadError("images are missing")
            unpacked.rename(folder)
        except _BROKEN_ARCHIVE as error:
            archive.unlink()
            raise file.error(
                f"the archive from {file.url} is damaged and was deleted; try again"
            ) from error
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def _extract(download: Download, folder: Path) -> None:
    """Extract all members, and nothing outside of ``folder``, while progress is reported."""
    report, archive_size = throttled(download.on_progress), download.target.stat().st_size

    def report_and_filter(member: tarfile.TarInfo, path: str) -> tarfile.TarInfo | None:
        report("unpacking the pets", min(1.0, member.offset / archive_size))
        download.check_stop()
        return tarfile.data_filter(member, path)

    with tarfile.open(download.target) as archive:
        archive.extractall(folder, filter=report_and_filter)
