"""A database takes rows from all apps that share it and loses none. How fast for how long is
measured by ``lossviz bench store``, for docs/database.md.
"""

import pytest

from lossviz.experiments.benchmarks.store_benchmark import measure_store
from tests.support.command_line import lossviz
from tests.support.databases import url

__all__ = ["url"]
pytestmark = [pytest.mark.slow, pytest.mark.alone]


def test_for_some_seconds_all_apps_together_write_a_thousand_rows_a_second_and_lose_none(
    url: str,
) -> None:
    apps = 1 if url.startswith("sqlite") else 2
    fastest = 0.0
    for _ in range(3):
        found = measure_store(url, seconds=2.0, rows_per_s=2000, apps=apps)
        assert found.written >= 4000
        assert found.stored == found.followed == found.written
        assert found.lost == 0
        fastest = max(fastest, found.written / found.seconds)
        if fastest > 1000:  # 2,000 where nothing else runs
            return
    pytest.fail(f"{fastest:.0f} rows a second")


def test_a_database_is_named_for_the_store_only() -> None:
    refused = lossviz("bench", "rates", "--database", "sqlite:///x.sqlite")
    assert refused.returncode == 2
    assert "bench store only" in refused.stderr
