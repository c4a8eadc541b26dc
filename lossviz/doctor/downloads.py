"""Weights and data that trainings read, and the network that they would come from."""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from lossviz.doctor.finding import Finding, fault, ok, warning

_ANSWER_S = 3.0
_DIGITS = ("datasets", "data", "digits.csv.gz")  # within scikit-learn
_LETTERS = Path(__file__).parents[1] / "training" / "networks" / "pretrain_letters.safetensors"
_REINSTALL = 'pip install --force-reinstall "lossviz[train]"'
HOSTS = {
    "https://download.pytorch.org": "the weights of torchvision's networks",
    "https://s3.amazonaws.com": "the photos of the pets",
}


def examine_data(missing: Sequence[str]) -> Finding:
    """Whether what comes with the packages is there.

    Args:
        missing: What is not, in words.
    """
    if missing:
        return fault(f"missing: {' and '.join(missing)}", _REINSTALL)
    return ok("the digits, and the weights that they are fine-tuned from, are here")


def missing_data() -> list[str]:
    """What of the data that comes with the packages is not there, in words."""
    spec = find_spec("sklearn")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    has_digits = any(Path(folder, *_DIGITS).is_file() for folder in folders)
    found = {"the digits of scikit-learn": has_digits, "our own weights": _LETTERS.is_file()}
    return [what for what, is_there in found.items() if not is_there]


def examine_downloads(local: Sequence[str], unreachable: Sequence[str]) -> Finding:
    """What could be trained without the network, and whether the rest could be fetched.

    Args:
        local: What of it is on this machine, in words.
        unreachable: What could not be fetched now, in words.
    """
    here = f"on this machine: {', '.join(local) or 'none'}"
    if not unreachable:
        return ok(f"weights and photos can be downloaded; {here}")
    return warning(
        f"offline for {' and '.join(unreachable)}; {here}",
        "nothing is to be done for pages and digits; for other trainings allow these downloads, or"
        " copy the files to where torch and fastai look for them (TORCH_HOME, FASTAI_HOME)",
    )


def unreachable_hosts(can_reach: Callable[[str], bool]) -> list[str]:
    """What could not be fetched now, in words."""
    return [what for address, what in HOSTS.items() if not can_reach(address)]


def can_reach(address: str) -> bool:
    """Whether a server answers, whatever it says.

    Side effects: asks it.
    """
    try:
        urlopen(Request(address, method="HEAD"), timeout=_ANSWER_S).close()
    except HTTPError:
        return True
    except (URLError, OSError, ValueError):
        return False
    return True
