"""What the tests on a real Slurm site share."""

from collections.abc import Iterator

import pytest

from tests.support.slurm_site import SlurmSite, slurm_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlurmSite]:
    """One of two nodes, for the tests of a file."""
    with slurm_site(tmp_path_factory.mktemp("site")) as site:
        yield site
