"""What training the pets costs, in words: said before anything is downloaded."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lossviz.experiments.descriptions import format_duration
from lossviz.experiments.machine import Machine
from lossviz.experiments.pets_cost import PetsDownloads, pets_downloads, trial_without_gpu_s
from lossviz.experiments.settings import Settings
from lossviz.ui.markdown import count_of
from lossviz.ui.text import draw_caption

RECIPE: Final = "pets"
NODES_DOWNLOAD: Final = (
    "Each node of the cluster downloads the photos and the weights that it lacks."
)
_MBIT_PER_S: Final = 50
_DISK_GB: Final = 5


def downloads_of(recipe: str, settings: Settings | None) -> PetsDownloads | None:
    """What a launch would download first; None where nothing."""
    if recipe != RECIPE or settings is None:
        return None
    found = pets_downloads(settings)
    return found if found.total_mb else None


def download_words(downloads: PetsDownloads | None) -> str:
    """What a button begins with that starts a download.

    >>> download_words(PetsDownloads(photos_mb=812, weights_mb=47)), download_words(None)
    ('Download 859 MB and ', '')
    """
    return f"Download {downloads.total_mb:,} MB and " if downloads else ""


def show_cost(downloads: PetsDownloads | None, settings: Settings, machine: Machine) -> None:
    """Say what the launch of a comparison on pets downloads, and how long a trial takes where it is
    known: on this machine's processor.
    """
    if machine.cluster:
        draw_caption(NODES_DOWNLOAD)
        return
    if downloads:
        st.info(download_sentence(downloads), icon=":material/download:")
    if machine.accelerators_for(settings.network):
        return
    trial_s = trial_without_gpu_s(settings, cores=machine.cores)
    draw_caption(
        f":material/schedule: Slow without a GPU: an estimated {_coarse(trial_s)} per trial on this"
        f" machine's {count_of(machine.cores, 'core', 'cores')}."
    )


def time_on_processor(settings: Settings, *, cores: int, trials: int) -> str:
    """About how long so many trials take on this machine's cores, as a sentence."""
    trial_s = trial_without_gpu_s(settings, cores=cores)
    return f"About {_coarse(trials * trial_s)} without a GPU."


def download_sentence(downloads: PetsDownloads) -> str:
    """What is downloaded.

    >>> print(download_sentence(PetsDownloads(photos_mb=0, weights_mb=47)))
    Training first downloads **47 MB of network weights**, once: about 8 s at 50 Mbit/s.
    """
    parts = []
    if downloads.photos_mb:
        parts.append(f"{downloads.photos_mb:,} MB of photos")
    if downloads.weights_mb:
        parts.append(f"{downloads.weights_mb:,} MB of network weights")
    seconds = downloads.total_mb * 8 / _MBIT_PER_S
    minutes = f"{round(seconds / 60)} minutes" if seconds >= 90 else format_duration(seconds)
    disk = f" It needs {_DISK_GB} GB of disk space." if downloads.photos_mb else ""
    return (
        f"Training first downloads **{' and '.join(parts)}**, once: about {minutes} at"
        f" {_MBIT_PER_S} Mbit/s.{disk}"
    )


def _coarse(seconds: float) -> str:
    """A long time, coarsely.

    >>> _coarse(1000), _coarse(7900)
    ('17 min', '2.2 h')
    """
    minutes = max(1, round(seconds / 60))
    return f"{minutes} min" if minutes < 90 else f"{minutes / 60:.1f} h"
