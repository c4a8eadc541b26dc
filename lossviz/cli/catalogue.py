"""``lossviz catalogue``: the catalogue as a Markdown page."""

from argparse import Namespace

from lossviz.cli.command import Command
from lossviz.losses.catalogue.documentation import catalogue_page


def _run(options: Namespace) -> int:
    print(catalogue_page(), end="")
    return 0


COMMAND = Command(name="catalogue", help="print the catalogue's page, docs/catalogue.md", run=_run)
