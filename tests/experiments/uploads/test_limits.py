"""The limits of uploads are those that are written down and that Streamlit is given."""

import re
import tomllib

from lossviz.experiments.uploads.limits import LIMITS
from tests.support.browser import ROOT

WRITTEN = {  # in docs/uploads.md
    "the zip": f"{LIMITS.zip_mb} MB",
    "files and folders in it": f"{LIMITS.entries:,}",
    "its list of files": f"{LIMITS.directory_mb} MB",
    "all its images, unpacked": f"{LIMITS.unpacked_mb} MB",
    "one image, unpacked": f"{LIMITS.image_mb} MB",
    "pixels of one image": f"{LIMITS.pixels:,}",
    "how many times its packed size an image of more than 1 MB has": f"{LIMITS.ratio}",
    "folders in each other": f"{LIMITS.depth}",
    "bytes of one name": f"{LIMITS.name_bytes}",
}


def test_the_table_in_the_docs_is_that_of_the_code() -> None:
    table = (ROOT / "docs" / "uploads.md").read_text().split("| what | at most |")[1]
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", table, re.MULTILINE)
    assert dict(rows) == WRITTEN


def test_streamlit_takes_files_as_large_as_a_zip_may_be() -> None:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert config["server"]["maxUploadSize"] == LIMITS.zip_mb


def test_the_docs_say_how_much_may_be_in_memory() -> None:
    text = (ROOT / "docs" / "uploads.md").read_text()
    said = f"one session\nare held to {LIMITS.zip_mb} MB together, those of all sessions to"
    assert f"{said} {LIMITS.incoming_mb} MB" in text
