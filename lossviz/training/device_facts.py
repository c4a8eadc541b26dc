"""What a trial is computed on: the device's name, the precision, and how busy the device is."""

import platform
from collections import deque
from functools import cache
from importlib.metadata import version
from statistics import fmean
from typing import Any, Final

import pynvml
import torch

from lossviz import __version__

_READ_EVERY_S: Final = 1.0  # NVML's own period is a sixth of a second to a second
_READINGS: Final = 10
_TF32_SINCE: Final = (8, 0)  # compute capability: Ampere


def device_name(device: torch.device) -> str:
    """The name of a device, for people.

    >>> device_name(torch.device("cpu"))
    'processor'
    """
    match device.type:
        case "cpu":
            return "processor"
        case "cuda":
            return torch.cuda.get_device_name(device)
        case "mps":
            return "Apple GPU (MPS)"
    return device.type


def precision_of(device: torch.device, *, mixed: bool) -> str:
    """In which numbers a device computes, as torch is set now.

    Args:
        device: Any.
        mixed: Whether fastai's mixed precision is on.

    >>> precision_of(torch.device("cpu"), mixed=False)
    '32-bit'
    """
    if mixed:
        return "16-bit mixed (float16)"
    products = _products_in_tf32(device)
    return f"32-bit ({' and '.join(products)} in TF32)" if products else "32-bit"


def _products_in_tf32(device: torch.device) -> list[str]:
    """What a CUDA GPU multiplies with 10 bits of each factor's mantissa instead of 23: torch allows
    it for convolutions unless it is set otherwise.
    """
    if device.type != "cuda" or torch.version.hip:
        return []
    if torch.cuda.get_device_capability(device) < _TF32_SINCE:
        return []
    allowed = {
        "convolutions": torch.backends.cudnn.allow_tf32,
        "matrix products": torch.backends.cuda.matmul.allow_tf32,
    }
    return [name for name, is_allowed in allowed.items() if is_allowed]


def library_versions(device: torch.device) -> str:
    """What is trained with here, in words: the versions of Python and of what decides the numbers.

    >>> library_versions(torch.device("cpu"))  # doctest: +ELLIPSIS
    'lossviz ..., Python ..., torch ..., torchvision ..., fastai ...'
    """
    found = {"lossviz": __version__, "Python": platform.python_version()}
    found |= {package: version(package) for package in ("torch", "torchvision", "fastai")}
    if device.type == "cuda":
        hip, cuda = torch.version.hip, torch.version.cuda
        found |= {"ROCm": hip} if hip else {"CUDA": str(cuda)}
    return ", ".join(f"{name} {number}" for name, number in found.items())


class BusyMeter:
    """Reads how busy a device is, at most once a second.

    What NVML reports is the share of its last period in which the GPU ran at least one kernel, of
    any process; not how much of the GPU the kernel filled.

    Args:
        device: Any; of all but NVIDIA's nothing is known.
        now: Of a clock that never goes back, in seconds.
    """

    def __init__(self, device: torch.device, *, now: float) -> None:
        self._handle = _nvml_handle(_uuid(device)) if device.type == "cuda" else None
        self._read_at = now
        self._shares: deque[float] = deque(maxlen=_READINGS)

    def share(self, now: float) -> float | None:
        """The mean over the last ten readings, 0 to 1; None before the first, and where the system
        does not say, as of a part of a GPU (MIG).
        """
        if self._handle is not None and now - self._read_at >= _READ_EVERY_S:
            self._read_at = now
            try:
                rates = pynvml.nvmlDeviceGetUtilizationRates(self._handle)
            except pynvml.NVMLError:
                self._handle = None
            else:
                self._shares.append(rates.gpu / 100)
        return fmean(self._shares) if self._shares else None


def _uuid(device: torch.device) -> str:
    """By which NVML knows a GPU, whatever CUDA_VISIBLE_DEVICES names it: CUDA counts the fastest
    first, NVML by slot.
    """
    return f"GPU-{torch.cuda.get_device_properties(device).uuid}"


@cache  # the library stays loaded with it
def _nvml_handle(uuid: str) -> Any:
    """NVML's handle of a GPU; None where it has none."""
    try:
        pynvml.nvmlInit()
        return pynvml.nvmlDeviceGetHandleByUUID(uuid)
    except pynvml.NVMLError:
        return None
