"""Make sure that the servers that tests start are there: find their programs, or install Debian's
packages where that is possible. ``make test`` runs it first.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from glob import glob
from typing import Final

# a program that the tests need, by the Debian package that has it
SERVERS: Final[Mapping[str, str]] = {"postgresql": "postgres", "slurm-wlm": "slurmctld"}
# where Debian puts what a user's PATH often leaves out
_FOLDERS: Final = ("/usr/sbin", "/usr/lib/postgresql/*/bin")


def find_program(name: str) -> str | None:
    """Where a server's program is."""
    folders = [folder for pattern in _FOLDERS for folder in sorted(glob(pattern), reverse=True)]
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *folders]))


def missing_packages() -> list[str]:
    """The packages whose programs are not here."""
    return [package for package, program in SERVERS.items() if not find_program(program)]


def main() -> None:
    """Side effects: may install packages. Without them their tests say so: skipped at home, failed
    under CI=true.
    """
    packages = missing_packages()
    if not packages:
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        # no service is to start: a test starts its own, in a folder of its own
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        install = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
        for command in (["apt-get", "update"], install):
            print("servers are missing; running:", " ".join(command), flush=True)
            subprocess.run(command, check=False, timeout=900, env=environment)
    for package in missing_packages():
        print(f"{package} is missing: its tests cannot run", file=sys.stderr)


if __name__ == "__main__":
    main()
