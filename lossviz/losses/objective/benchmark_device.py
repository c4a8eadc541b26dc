"""The device that objectives are measured on: by name, with its clock and its memory."""

import time
from collections.abc import Callable
from contextlib import suppress

import torch

from lossviz.errors import InvalidInput


def available_devices() -> tuple[str, ...]:
    """The devices that can be named, the processor first, which is always there.

    >>> available_devices()[0]
    'cpu'
    """
    accelerator = torch.accelerator.current_accelerator(check_available=True)
    return ("cpu",) if accelerator is None else ("cpu", accelerator.type)


def device_named(name: str) -> torch.device:
    """A torch device that is here, such as "cpu", "cuda" or "cuda:1".

    Raises:
        InvalidInput: torch does not know it, or this machine does not have it; says what there is.
    """
    with suppress(RuntimeError):  # what torch does not know
        device = torch.device(name)
        count = 1 if device.type == "cpu" else torch.accelerator.device_count()
        if device.type in available_devices() and (device.index or 0) < count:
            return device
    raise InvalidInput(
        f"there is no device {name!r} on this machine; choose one of"
        f" {', '.join(available_devices())}"
    )


def device_title(device: torch.device) -> str:
    """A device's name for people, such as "NVIDIA H100 80GB HBM3"."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return device.type


def synchronise(device: torch.device) -> None:
    """Wait until an accelerator has computed what it was given."""
    if device.type != "cpu":
        torch.accelerator.synchronize(device)


def seconds(call: Callable[[], object], device: torch.device) -> float:
    """How long a call takes, the device's part included."""
    synchronise(device)
    began = time.perf_counter()
    call()
    synchronise(device)
    return time.perf_counter() - began


def peak_bytes(call: Callable[[], object], device: torch.device) -> int | None:
    """How far a CUDA device's allocated memory rises during a call; None elsewhere.

    Side effects: sets its peak back.
    """
    if device.type != "cuda":
        return None
    torch.cuda.synchronize(device)
    before = torch.cuda.memory_allocated(device)
    torch.cuda.reset_peak_memory_stats(device)
    call()
    torch.cuda.synchronize(device)
    return torch.cuda.max_memory_allocated(device) - before
