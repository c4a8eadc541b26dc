"""``lossviz networks``: torchvision's networks, one line each."""

from argparse import Namespace

from lossviz.cli.command import Command
from lossviz.experiments.networks import NETWORKS, local_weights


def _run(options: Namespace) -> int:
    for network in NETWORKS.values():
        note = "weights on this machine" if local_weights(network) else ""
        line = f"{network.name:24} {network.parameters_millions:7.1f} million parameters  {note}"
        print(line.rstrip())
    return 0


COMMAND = Command(
    name="networks", help="list the torchvision networks that can be trained", run=_run
)
