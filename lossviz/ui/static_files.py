"""What browsers fetch once and keep: the components' JavaScript modules, and plotly.js.

Streamlit takes a component's script as text, in which a relative import leads nowhere. It also
serves the folder ``static/`` beside the app's main script. So the modules are copied there once a
process, as they are, and the text given to Streamlit only imports one of them. Their folder's name
holds a hash of their contents: an old copy is never taken for a new one.
"""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

import plotly
import plotly.offline

COMPONENTS: Final = Path(__file__).parent / "components"
# Streamlit sends no Cache-Control. A browser then keeps a file for a tenth of its age, and what
# lies under a name that holds a hash or a version is as good after years.
_OLD_S: Final = 946_684_800.0  # the year 2000


def _scripts() -> list[Path]:
    return sorted(COMPONENTS.rglob("*.js"))


def _hash_of_scripts() -> str:
    digest = hashlib.sha256()
    for script in _scripts():
        digest.update(f"{script.relative_to(COMPONENTS).as_posix()}\0".encode())
        digest.update(script.read_bytes())
    return digest.hexdigest()[:16]


MODULES: Final = f"lossviz-{_hash_of_scripts()}"
PLOTLY: Final = f"plotly-{plotly.__version__}.min.js"
PLOTLY_URL: Final = f"app/static/{PLOTLY}"


def module_url(module: str) -> str:
    """The address of a module below the app's own, such as "live_chart/index.js"."""
    return f"app/static/{MODULES}/{module}"


def import_module(module: str) -> str:
    """The script of a component: the default export of one of the modules.

    A page's address is one level below the app's, or the app's own, so that its base is the app's.
    """
    return (
        f'const address = new URL("{module_url(module)}", document.baseURI);\n'
        "export default (await import(address)).default;\n"
    )


def publish(static: Path) -> None:
    """Put the modules and plotly.js into ``static``, unless they are there.

    Side effects: writes files; several processes may do so at the same time.
    """
    static.mkdir(exist_ok=True)
    if not (static / PLOTLY).exists():
        _write(static / PLOTLY, plotly.offline.get_plotlyjs())
    if not (static / MODULES).exists():
        draft = Path(tempfile.mkdtemp(dir=static))
        for script in _scripts():
            copy = draft / script.relative_to(COMPONENTS)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(script, copy)
            _finish(copy)
        draft.chmod(0o755)
        try:
            draft.rename(static / MODULES)
        except OSError:  # another process was faster
            shutil.rmtree(draft)
            if not (static / MODULES).exists():
                raise


def publish_text(static: Path, name: str, text: str) -> str:
    """Put a text into ``static``, unless it is there; return the name under which it is.

    Args:
        static: The folder that Streamlit serves.
        name: A file's name, which gets a hash of the text: "catalogue.json".
        text: What the file holds.

    Side effects: writes the file; several processes may do so at the same time.
    """
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    file = static / f"{Path(name).stem}-{digest}{Path(name).suffix}"
    static.mkdir(exist_ok=True)
    if not file.exists():
        _write(file, text)
    return file.name


def _write(file: Path, text: str) -> None:
    """Write a file that is never seen half written."""
    with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as draft:
        draft.write(text.encode())
    _finish(Path(draft.name))
    Path(draft.name).replace(file)


def _finish(file: Path) -> None:
    file.chmod(0o644)
    os.utime(file, (_OLD_S, _OLD_S))
