"""``lossviz app``: serve the pages, to whoever sits at this machine unless told otherwise."""

import os
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from typing import Final

from lossviz.cli.command import Command
from lossviz.deployment import read_deployment

_THIS_MACHINE: Final = ("localhost", "127.0.0.1", "::1")


def _run(options: Namespace) -> int:
    from streamlit.web import cli

    from lossviz.app_folder import app_folder

    os.environ |= private_unless_told(os.environ, options.rest)
    read_deployment()  # what is wrong with it is said here rather than on every page
    sys.argv = ["streamlit", "run", str(app_folder() / "app.py"), *options.rest]
    return int(cli.main() or 0)


def private_unless_told(environment: Mapping[str, str], options: Sequence[str]) -> dict[str, str]:
    """The variables that keep the app to its own user.

    Args:
        environment: What is set; ``LOSSVIZ_PUBLIC`` decides who the app is for.
        options: Those of ``streamlit run``; whoever names an address to listen at lets others in.

    >>> private_unless_told({}, [])
    {'STREAMLIT_SERVER_ADDRESS': 'localhost', 'LOSSVIZ_PUBLIC': '0'}
    >>> private_unless_told({"LOSSVIZ_PUBLIC": "1"}, ["--server.address=0.0.0.0"])
    {}
    """
    address = environment.get("STREAMLIT_SERVER_ADDRESS", "")
    for option, following in zip(options, [*options[1:], ""], strict=False):
        if option.split("=")[0] == "--server.address":
            address = option.partition("=")[2] or following
    private = {} if environment.get("LOSSVIZ_PUBLIC") else {"LOSSVIZ_PUBLIC": "0"}
    if address:
        return private if address in _THIS_MACHINE else {}
    return {"STREAMLIT_SERVER_ADDRESS": _THIS_MACHINE[0], **private}


COMMAND = Command(
    name="app",
    help="serve the app",
    description=(
        "Serve the app to whoever sits at this machine. Further options go to streamlit run:"
        " --server.address 0.0.0.0 serves it to all who reach the machine, each of whom then"
        " changes only what is their own (LOSSVIZ_PUBLIC=0 lets everybody change everything)."
    ),
    run=_run,
    extra="app",
    passes_options_on=True,
)
