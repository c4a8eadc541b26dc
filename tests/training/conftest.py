"""The process that tests of workers fork from."""

import multiprocessing
import sys
from multiprocessing import forkserver

import pytest


@pytest.fixture(scope="module")
def forking_server() -> None:
    """The process that workers which stay are forked from; it ends with the thread that started
    it, which shall not be that of one test's host.
    """
    if sys.platform == "linux":
        multiprocessing.set_forkserver_preload(["lossviz.training.host", "tests.support.jobs"])
        forkserver.ensure_running()
