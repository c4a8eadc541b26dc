"""Does what a host and its workers do, and says which process did what; see ``test_hidden_cuda``.

``python -m tests.support.cuda_touches`` prints the pid of a worker that is forked from the server,
of the host, and of a worker that is forked from the host.
"""

import multiprocessing
import os
import sys

from lossviz.experiments.engine.resources import visibility
from lossviz.training import host
from lossviz.training.warm_up import warm_up


def ask(accelerator: str) -> None:
    """Ask torch for an accelerator, as a worker does which sees this one."""
    import torch

    os.environ.update(visibility(accelerator))
    assert not torch.cuda.is_available()  # says the fake


def main() -> None:
    os.environ.update(visibility(""))
    multiprocessing.set_forkserver_preload([host._IMPORTS])
    from_server = multiprocessing.get_context("forkserver").Process(target=ask, args=("7",))
    from_server.start()
    from_server.join()
    warm_up()
    from_host = multiprocessing.get_context("fork").Process(target=ask, args=("",))
    from_host.start()
    from_host.join()
    sys.exit(
        f"{from_server.pid} {os.getpid()} {from_host.pid}"
        f" {from_server.exitcode} {from_host.exitcode}"
    )


if __name__ == "__main__":
    main()
