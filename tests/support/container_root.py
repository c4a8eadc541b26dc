"""The image's steps without a builder: a root of its own on Linux, with what the Dockerfile copies,
its environment, its user and its command. The packages are those of this interpreter.

Needs root, for mounts that only the command sees.
"""

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.support.browser import ROOT, free_port

USER: Final = 1000
_SYSTEM: Final = ("usr", "bin", "lib", "lib64", "etc")  # seen, and not to be written to
_PORT: Final = "8501"


@dataclass(frozen=True, kw_only=True)
class Image:
    """What a Dockerfile says.

    Attributes:
        copies: From where in the build's context to where below /app.
        environment: Variables of the command.
        command: What is run.
        health: What tells whether it is well.
        user: As whom.
    """

    copies: tuple[tuple[str, str], ...]
    environment: dict[str, str]
    command: list[str]
    health: list[str]
    user: str


def read_image(dockerfile: str) -> Image:
    """What the project's Dockerfile says; no more of its language is known here."""
    lines = re.sub(r"\\\n\s*", "", dockerfile).splitlines()
    said = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
    copies = [shlex.split(rest) for word, rest in said if word == "COPY"]
    variables = " ".join(rest for word, rest in said if word == "ENV")
    health = next(rest for word, rest in said if word == "HEALTHCHECK")
    return Image(
        copies=tuple((words[-2], words[-1]) for words in copies),
        environment=dict(pair.split("=", 1) for pair in shlex.split(variables)),
        command=json.loads(next(rest for word, rest in said if word == "CMD")),
        health=json.loads(health.partition("CMD ")[2]),
        user=next(rest for word, rest in said if word == "USER"),
    )


class ContainerRoot:
    """A folder that is the root of the image's processes.

    Args:
        folder: It, empty.
        image: What is in it.

    Side effects: copies the image's files.
    """

    def __init__(self, folder: Path, image: Image) -> None:
        self.folder, self._image, self.port = folder, image, free_port()
        for name in (*_SYSTEM, "proc", "dev", "tmp", "data", "app", "home/lossviz"):
            (folder / name).mkdir(parents=True)
        for source, target in image.copies:
            into = Path(source).name if target.endswith("/") else ""
            self._copy(ROOT / source, folder / "app" / target / into)
        for name in ("data", "app", "home/lossviz"):
            for path in (folder / name, *(folder / name).rglob("*")):
                shutil.chown(path, USER, USER)
        (folder / "tmp").chmod(0o1777)
        folder.chmod(0o755)

    @staticmethod
    def _copy(source: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, target / source.name if target.is_dir() else target)

    def run(self, command: Sequence[str]) -> subprocess.Popen[str]:
        """Run a command of the image in it, as the image's user."""
        words = [word.replace(_PORT, str(self.port)) for word in command]
        assert words[0] == "python"
        words[0] = sys.executable
        seen = {sys.prefix, str(Path(sys.prefix).resolve()), sys.base_prefix}
        mounts = [f"mount --bind /{name} {self.folder}/{name}" for name in _SYSTEM]
        mounts += [f"mount --bind /dev {self.folder}/dev", f"mount -t proc proc {self.folder}/proc"]
        for path in sorted(seen):
            inside = f"{self.folder}{path}"
            mounts += [f"mkdir -p {inside}", f"mount --bind {path} {inside}"]
        read_only = [f"mount -o remount,ro,bind {self.folder}/{name}" for name in _SYSTEM]
        environment = shlex.join(f"{k}={v}" for k, v in self._image.environment.items())
        inner = f"cd /app && exec env -i PATH=/usr/bin:/bin {environment} {shlex.join(words)}"
        script = " && ".join(
            [
                *mounts,
                *read_only,
                f"exec chroot --userspec={USER}:{USER} {self.folder} sh -c {shlex.quote(inner)}",
            ]
        )
        return subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", script],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def health(self) -> int:
        """The exit code of the image's health check."""
        with self.run(self._image.health) as check:
            check.communicate(timeout=60)
            return check.returncode


@contextmanager
def served(folder: Path, image: Image) -> Iterator[ContainerRoot]:
    """The image's command, while it runs."""
    root = ContainerRoot(folder, image)
    with root.run(image.command) as app:
        try:
            yield root
        finally:
            app.terminate()
            try:
                app.communicate(timeout=20)
            except subprocess.TimeoutExpired:
                app.kill()
