"""Uploading images on the training page, run without a browser."""

import io
import time
from contextlib import closing
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lossviz.errors import NotAllowed
from lossviz.experiments.store.store import Store
from lossviz.experiments.uploads.uploads import Uploads
from lossviz.experiments.visitors import Visitor
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.shared_backend import SharedBackend
from tests.support.pages import opened
from tests.support.waiting import wait_until
from tests.support.zips import flowers, picture, zip_of


@pytest.fixture(params=["0", "1"], ids=["private", "public"])
def uploads(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Uploads:
    """Where an app keeps them, private and public."""
    monkeypatch.setenv("LOSSVIZ_PUBLIC", request.param)
    monkeypatch.setenv("LOSSVIZ_UPLOADS", str(tmp_path / "uploads"))
    return Uploads(tmp_path / "uploads")


def page_for_images() -> AppTest:
    app = opened("pages/train.py", loss=["cross_entropy", "brier"])
    app.selectbox("recipe").set_value("folder").run()
    if any(control.key == "source of images" for control in app.segmented_control):
        app.segmented_control("source of images").set_value("upload").run()
    return app


def uploaded(app: AppTest, archive: io.BytesIO, name: str = "my flowers.zip") -> AppTest:
    app.file_uploader[0].upload(name, archive.getvalue(), "application/zip").run()
    assert not app.exception
    return app


def problems(app: AppTest) -> list[str]:
    bodies = [element.proto.body for element in app.get("html")]
    return [body for body in bodies if 'class="lossviz-field-problem"' in body]


@pytest.mark.usefixtures("database")
def test_an_upload_shows_its_classes_and_can_be_trained_on(
    uploads: Uploads, database: Path, tmp_path: Path
) -> None:
    app = page_for_images()
    assert app.button(key="train, same learning rate").disabled
    uploaded(app, zip_of({**flowers(folder="flowers/"), "flowers/read <b>me</b>.txt": b"x"}))
    texts = [caption.value for caption in app.caption]
    assert any("2 classes, 12 images" in text and "rose 6" in text for text in texts)
    assert any("1 left out \\(not images\\)" in text and "<b>" not in text for text in texts)
    assert app.selectbox("upload").options == ["my flowers.zip · 12 images"]
    assert not problems(app)
    assert not app.button(key="train, same learning rate").disabled
    assert app.file_uploader[0].value is None, "the field is empty again"
    app.button(key="train, same learning rate").click().run()
    with closing(Store(f"sqlite:///{database}")) as store:
        (comparison,) = store.comparisons()
    (upload,) = uploads.of(comparison.owner)
    assert comparison.settings.folder == str(upload.reference)
    shown = [element.value for kind in (app.caption, app.markdown, app.error) for element in kind]
    assert any("Your own images \\(my flowers\\.zip\\)" in text for text in shown)
    for text in shown:
        assert str(tmp_path) not in text
        assert upload.reference.id not in text


@pytest.mark.usefixtures("database", "uploads")
def test_what_is_wrong_with_a_zip_is_said_at_its_field_and_the_next_one_may_be_right() -> None:
    app = uploaded(page_for_images(), zip_of({"rose/1.png": picture()}))
    assert "holds images of 1 class (rose)" in problems(app)[0]
    assert app.button(key="train, same learning rate").disabled
    uploaded(app, io.BytesIO(b"no zip"))
    assert "no zip" in problems(app)[0]
    uploaded(app, zip_of(flowers()))
    assert not problems(app)
    assert not app.button(key="train, same learning rate").disabled


@pytest.mark.usefixtures("database")
def test_uploads_are_chosen_among_and_removed(uploads: Uploads) -> None:
    app = uploaded(page_for_images(), zip_of(flowers()), "first.zip")
    uploaded(app, zip_of(flowers(each=8)), "second.zip")
    assert app.selectbox("upload").options == ["second.zip · 16 images", "first.zip · 12 images"]
    app.button(key="remove upload").click().run()
    assert app.selectbox("upload").options == ["first.zip · 12 images"]
    app.button(key="remove upload").click().run()
    assert not app.exception
    assert list(uploads.all()) == []
    assert app.button(key="train, same learning rate").disabled


@pytest.mark.usefixtures("database")
def test_another_visitor_sees_nothing_of_it(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOSSVIZ_PUBLIC", "1")
    uploaded(page_for_images(), zip_of(flowers()))
    (upload,) = uploads.all()
    other = page_for_images()
    assert not [control for control in other.selectbox if control.key == "upload"]
    other.session_state["upload"] = str(upload.reference)  # a reference that was found out
    other.run()
    assert not other.exception
    assert not [control for control in other.selectbox if control.key == "upload"]
    assert not any("2 classes" in caption.value for caption in other.caption)
    assert other.button(key="train, same learning rate").disabled


@pytest.mark.usefixtures("database", "uploads")
def test_what_is_too_old_goes_while_the_app_runs(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOSSVIZ_KEEP_UPLOADS_DAYS", "1")
    now = time.time()
    for name, age_days, each in (("old.zip", 1.1, 6), ("young.zip", 0.9, 8)):
        at = now - age_days * 86_400
        uploads.add(zip_of(flowers(each=each)), name=name, owner="a", now=at)
    assert not opened("pages/train.py").exception
    wait_until(
        lambda: [upload.reference.name for upload in uploads.all()] == ["young.zip"],
        within_s=20,
        what="the old one has been removed",
    )


def test_who_is_not_known_uploads_nothing_and_nobody_removes_another_s(
    uploads: Uploads, database: Path
) -> None:
    with closing(Store(f"sqlite:///{database}")) as store:
        shared = SharedBackend(store=store, engine=None)
        mine = uploads.add(zip_of(flowers()), name="x", owner="a", now=0.0)
        with pytest.raises(NotAllowed):
            TrainingBackend(shared, Visitor()).add_upload(zip_of(flowers(7)), "x")
        with pytest.raises(NotAllowed):
            TrainingBackend(shared, Visitor(key="b")).remove_upload(mine)
        assert TrainingBackend(shared, Visitor()).uploads() == []
        assert list(uploads.all()) == [mine]
