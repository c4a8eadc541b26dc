"""An upload is trained on as a folder is."""

from dataclasses import replace
from pathlib import Path

import pytest

from lossviz.errors import InvalidInput
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.uploads.uploads import Uploads
from lossviz.training.recipes import LOAD, LoadOptions
from tests.support.zips import flowers, zip_of


def test_its_images_are_loaded_and_a_message_names_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOSSVIZ_UPLOADS", str(tmp_path / "uploads"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    uploads = Uploads(tmp_path / "uploads")
    upload = uploads.add(zip_of(flowers(8)), name="my flowers.zip", owner="a", now=0.0)
    settings = replace(
        get_recipe("folder").settings, folder=str(upload.reference), image_size=8, batch_size=4
    )
    source = LOAD["folder"](settings, LoadOptions())
    assert source.classes == ("rose", "tulip")
    uploads.remove(upload.reference)
    with pytest.raises(InvalidInput, match=r"there is no folder my flowers\.zip"):
        LOAD["folder"](settings, LoadOptions())
