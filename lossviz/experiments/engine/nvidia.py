"""NVIDIA's driver, asked through NVML, which loads neither torch nor CUDA."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pynvml


@contextmanager
def nvidia_driver() -> Iterator[bool]:
    """Whether there is NVIDIA's driver, which answers inside."""
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        yield False
        return
    try:
        yield True
    finally:
        pynvml.nvmlShutdown()


def gpu_handle(name: str) -> Any:
    """NVML's handle of a GPU by its number or UUID, as CUDA_VISIBLE_DEVICES names it.

    Raises:
        pynvml.NVMLError: It has none of that name, or only the beginning of a UUID was given.
    """
    if name.isdigit():
        return pynvml.nvmlDeviceGetHandleByIndex(int(name))
    return pynvml.nvmlDeviceGetHandleByUUID(name)
