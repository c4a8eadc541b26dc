"""``lossviz app``: serve the pages."""

import sys
from argparse import Namespace

from lossviz.cli.command import Command


def _run(options: Namespace) -> int:
    from streamlit.web import cli

    from lossviz.app_folder import app_folder

    sys.argv = ["streamlit", "run", str(app_folder() / "app.py"), *options.rest]
    return int(cli.main() or 0)


COMMAND = Command(
    name="app",
    help="serve the app",
    description="Serve the app. Further options go to streamlit run.",
    run=_run,
    extra="app",
    passes_options_on=True,
)
