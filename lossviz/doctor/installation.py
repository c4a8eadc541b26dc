"""Python, the packages and their versions."""

import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Final

from lossviz.doctor.finding import Finding, fault, ok, warning

_REQUIREMENTS: Final = Path(__file__).parents[2] / "requirements.txt"  # of a checkout
_PYTHONS: Final = ((3, 11), (3, 13))  # the oldest and the newest
_IMPORT_S: Final = 120.0
_PAIR: Final = (
    "reinstall both from one index: pip install --force-reinstall -r requirements.txt, or"
    ' "lossviz[train]"'
)


def examine_python(version: tuple[int, int]) -> Finding:
    """Whether this Python is one that lossviz is tested with."""
    oldest, newest = _PYTHONS
    text = ".".join(map(str, version))
    if oldest <= version <= newest:
        return ok(f"Python {text}")
    return fault(
        f"Python {text} is not supported",
        f"use Python {'.'.join(map(str, oldest))} to {'.'.join(map(str, newest))}",
    )


def examine_extras(missing: Mapping[str, Sequence[str]]) -> Finding:
    """Whether the extras are installed.

    Args:
        missing: The modules that cannot be found, by extra.
    """
    lacking = {extra: modules for extra, modules in missing.items() if modules}
    if not lacking:
        return ok(f"the extras {' and '.join(missing)} are installed")
    names = "; ".join(f"{extra} ({', '.join(found)})" for extra, found in lacking.items())
    return warning(
        f"not installed: {names}", f'pip install "lossviz[{",".join(lacking)}]" where it is wanted'
    )


def examine_versions(
    requirements: Iterable[str], version_of: Callable[[str], str | None]
) -> Finding:
    """Whether what is installed lies within the bounds that were tested.

    Args:
        requirements: As pip reads them, such as ``"numpy>=2.4,<3"``.
        version_of: The version of a package that is installed, None for another.
    """
    from packaging.requirements import Requirement

    outside, counted = [], 0
    for requirement in map(Requirement, requirements):
        version = version_of(requirement.name)
        if version is None:
            continue
        counted += 1
        if not requirement.specifier.contains(version, prereleases=True):
            wanted = requirement.specifier
            outside.append(f"{requirement.name} {version} (tested with {wanted})")
    if not counted:
        return warning("the bounds of no package are known here", "reinstall lossviz")
    if outside:
        return fault(
            f"outside the bounds: {'; '.join(outside)}", "pip install -U the packages named"
        )
    return ok(f"{counted} packages within their bounds")


def examine_torch(
    torch: str | None,
    torchvision: str | None,
    wanted: str | None,
    import_error: Callable[[], str],
) -> Finding:
    """Whether torch and torchvision go together: they must be built for one another.

    Args:
        torch: Its version, None where it is not installed.
        torchvision: Likewise.
        wanted: The torch that torchvision says it was built for, such as ``"==2.15.0"``.
        import_error: Imports both in a process of its own and returns the last line of its error,
            empty where there was none.
    """
    from packaging.specifiers import SpecifierSet

    if torch is None and torchvision is None:
        return ok("neither torch nor torchvision: nothing is trained here")
    if torch is None or torchvision is None:
        there, lacking = ("torch", "torchvision") if torch else ("torchvision", "torch")
        return fault(f"{there} is installed without {lacking}", _PAIR)
    if wanted and not SpecifierSet(wanted).contains(torch.partition("+")[0], prereleases=True):
        return fault(
            f"torchvision {torchvision} was built for torch {wanted}, and torch is {torch}", _PAIR
        )
    if error := import_error():
        return fault(
            f"torch {torch} and torchvision {torchvision} can't be imported: {error}", _PAIR
        )
    return ok(f"torch {torch} with torchvision {torchvision}")


def known_requirements() -> list[str]:
    """The bounds of all packages: those of the installed lossviz, else the checkout's.

    Side effects: reads files.
    """
    if _REQUIREMENTS.is_file():
        lines = _REQUIREMENTS.read_text(encoding="utf-8").splitlines()
        stripped = (line.partition("#")[0].strip() for line in lines)
        return [line for line in stripped if line and not line.startswith("-")]
    try:
        declared = metadata.requires("lossviz") or []
    except metadata.PackageNotFoundError:
        return []
    return [line for line in declared if not line.startswith("lossviz")]


def installed_version(package: str) -> str | None:
    """The version of a package, None where it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def torch_that_torchvision_wants() -> str | None:
    """Which torch torchvision was built for, as a specifier; None where it does not say."""
    from packaging.requirements import Requirement

    try:
        declared = metadata.requires("torchvision") or []
    except metadata.PackageNotFoundError:
        return None
    found = (Requirement(line) for line in declared)
    return next((str(needed.specifier) for needed in found if needed.name == "torch"), None)


def error_of_importing_torch() -> str:
    """The last line of what importing torch and torchvision says, empty where it succeeds.

    Side effects: imports them in a process of its own, which takes some seconds.
    """
    command = [sys.executable, "-W", "ignore", "-c", "import torch, torchvision"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_IMPORT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return f"it takes more than {_IMPORT_S:g} s"
    if done.returncode == 0:
        return ""
    lines = done.stderr.strip().splitlines()
    return lines[-1] if lines else f"the process ended with code {done.returncode}"
