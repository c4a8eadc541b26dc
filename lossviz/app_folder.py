"""Where the app's scripts are served from, in a checkout and in an installed package."""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

from platformdirs import user_cache_path

_CHECKOUT: Final = Path(__file__).parents[1]
_SHIPPED: Final = Path(__file__).with_name("_app")  # pyproject.toml puts it into the wheel


def app_folder() -> Path:
    """The folder of app.py, pages/ and .streamlit/, to which static/ is written.

    In a checkout it is the repository. An installed package is copied to the user's cache folder
    first: Streamlit serves static files only from beside the script, and a package may be
    installed where its user cannot write.

    Side effects: makes the copy where there is none of these very files yet.
    """
    return copy_to_cache(_SHIPPED, user_cache_path("lossviz")) if _SHIPPED.is_dir() else _CHECKOUT


def copy_to_cache(shipped: Path, cache: Path) -> Path:
    """A writable copy of a folder of scripts, under a name that follows from what is in them.

    Side effects: writes below ``cache``; two processes at once leave one whole copy.
    """
    names = sorted(
        path.relative_to(shipped)
        for path in shipped.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )
    digest = hashlib.sha256()
    for name in names:
        content = (shipped / name).read_bytes()
        digest.update(f"{name.as_posix()} {len(content)}\n".encode() + content)
    copy = cache / "app" / digest.hexdigest()[:16]
    if copy.is_dir():
        return copy
    copy.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=copy.parent) as scratch:
        unfinished = Path(scratch) / "app"
        for name in names:
            (unfinished / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(shipped / name, unfinished / name)
        try:
            os.rename(unfinished, copy)
        except OSError:  # another process was faster
            if not copy.is_dir():
                raise
    return copy
