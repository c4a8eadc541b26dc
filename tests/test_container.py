"""What the Dockerfile copies is enough, for a user without rights; and what it says is one thing
with the compose file and the Space.
"""

import os
import shutil
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.browser import ROOT
from tests.support.constrained_run import PAGES
from tests.support.container_root import USER, read_image, served
from tests.support.protocol_visitor import protocol_visitor
from tests.support.run_async import run_async
from tests.support.waiting import wait_until

DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_the_image_runs_as_user_1000_and_the_space_finds_its_port() -> None:
    assert read_image(DOCKERFILE).user == str(USER)
    _, front, _ = (ROOT / "tools/huggingface/README.md").read_text().split("---\n", 2)
    space = yaml.safe_load(front)
    assert space["sdk"] == "docker"
    assert f"EXPOSE {space['app_port']}\n" in DOCKERFILE
    assert f"--server.port={space['app_port']}" in DOCKERFILE


def test_what_is_copied_is_what_docker_is_allowed_to_see() -> None:
    copied = {source for source, _ in read_image(DOCKERFILE).copies}
    allowed = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().split() if line.startswith("!")
    }
    assert copied == allowed
    assert all((ROOT / name).exists() for name in copied)


def test_compose_starts_the_app_when_its_database_answers() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    app = services["app"]
    assert app["ports"] == ["8501:8501"]
    assert app["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert "pg_isready" in services["database"]["healthcheck"]["test"][1]
    password = "${LOSSVIZ_DB_PASSWORD:?set a password}"
    assert password in app["environment"]["LOSSVIZ_DATABASE"]
    assert services["database"]["environment"]["POSTGRES_PASSWORD"] == password


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("unshare"),
    reason="a root of its own is made by Linux, for root",
)
def test_its_steps_in_a_clean_root_serve_all_pages_and_keep_everything_in_data(
    tmp_path: Path,
) -> None:
    with served(tmp_path / "root", read_image(DOCKERFILE)) as root:
        wait_until(lambda: root.health() == 0, within_s=90, what="the health check passes")

        async def visit() -> None:
            for page in PAGES:
                async with protocol_visitor(f"http://127.0.0.1:{root.port}", page) as visitor:
                    assert visitor.exceptions == []

        run_async(visit())
        database = root.folder / "data/lossviz/lossviz.sqlite"
        wait_until(database.exists, within_s=30, what="the database is in /data")
        assert database.stat().st_uid == USER
        written = {path.name for path in (root.folder / "home/lossviz").iterdir()}
        assert written <= {".streamlit", ".config", ".cache"}
