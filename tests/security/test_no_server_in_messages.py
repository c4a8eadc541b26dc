"""No message of a public app says where things lie on its server."""

import os
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as some
from streamlit.testing.v1 import AppTest

from lossviz.errors import DownloadError, LossvizError, NewerDatabase, StoreError
from lossviz.experiments.engine.cluster import ray_node
from lossviz.experiments.engine.queue_engine import QueueEngine
from lossviz.experiments.public_text import secrets_of, without_server
from lossviz.experiments.records import Preparation, TrialState
from lossviz.experiments.store.store import Store
from lossviz.ui.messages import error_text, shown
from tests.support import records as examples
from tests.support.pages import opened

NAMES = some.text(alphabet="abcXYZ019._-é", min_size=2, max_size=8).filter(
    lambda name: name.strip(".")
)


@given(folders=some.lists(NAMES, min_size=2, max_size=5), around=some.sampled_from(
    ["{}", "cannot read {}: denied", "'{}' is there", 'File "{}", line 3', "({})", "a, {}; b",
     "sqlite:///{}", "file://{}", "left out (damaged): {}, {}"]
))  # fmt: skip
def test_of_a_path_only_its_last_name_is_left(folders: list[str], around: str) -> None:
    path = "/srv/" + "/".join(folders)
    text = without_server(around.replace("{}", path))
    assert "/srv" not in text
    assert f"/{folders[0]}/" not in text
    assert f"…/{folders[-1]}" in text
    assert without_server(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (r"no file C:\Users\me\a.png here", "no file …/a.png here"),
        ("Errno 2: '/home/a b/c/d.png'", "Errno 2: '…/a b/c/d.png'"),
        ("/home/a b/c/d.png", "…/d.png"),
    ],
)
def test_paths_of_other_systems_and_with_blanks(text: str, left: str) -> None:
    hidden = ["/home/a b"] if text.startswith("/home") else []
    assert without_server(text, hidden=hidden) == left


@pytest.mark.parametrize(
    "text",
    [
        "p/sqrt(sum(pj**2))",
        "1 /p",
        "https://example.org/a/b/c",
        "the folders train/valid, or and/or",
        "3 / 4 of the images",
        "rose/1.jpg and tulip/2.jpg",
    ],
)
def test_what_is_no_path_of_the_server_stays(text: str) -> None:
    assert without_server(text) == text


CLUSTER = ("gpu-17", "10.0.0.3", "head-svc", "tier-1")
OF_CLUSTERS = {
    "the node 'gpu-17' has lossviz 0.0.7, and this app 0.0.8": (
        "the node … has lossviz 0.0.7, and this app 0.0.8"
    ),
    "no Ray cluster answers at RAY_ADDRESS=ray://head-svc:10001 ([Errno 111]); start one": (
        "no Ray cluster answers at RAY_ADDRESS ([Errno 111]); start one"
    ),
    "cannot be joined (timeout at head-svc:10001)": "cannot be joined (timeout at …)",
    "failed on its node: ray::run_job() (pid=7, ip=10.0.0.3:6379)": (
        "failed on its node: ray::run_job() (pid=7, ip=…)"
    ),
    "Slurm's sbatch refused: sbatch: error: invalid partition specified: tier-1": (
        "Slurm's sbatch refused"
    ),
    "Slurm's squeue refused: gpu-17 is away; ask the cluster's administrators": (
        "Slurm's squeue refused; ask the cluster's administrators"
    ),
    "the last line of its stderr: slurmstepd: error: *** JOB 3 ON gpu-17 CANCELLED ***": (
        "the last line of its stderr: slurmstepd: …"
    ),
    "no space left: '/shared/lossviz-gpu-17-4711-0a1b2c3d'": "no space left: '…/…'",
}


@pytest.mark.parametrize(("text", "left"), OF_CLUSTERS.items())
def test_of_a_cluster_s_machines_strangers_read_no_name_and_no_address(
    text: str, left: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "ray://head-svc:10001")
    assert shown(text) == text, "the own user of a private app reads all of it"
    monkeypatch.setenv("LOSSVIZ_PUBLIC", "1")
    assert shown(text) == left


def test_a_node_that_refuses_a_trial_is_not_named_to_strangers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("platform.node", lambda: "gpu-17")
    reason = ray_node.refusal("0.0.7")
    assert "gpu-17" in reason
    assert "the node … has lossviz" in without_server(reason)


def test_the_values_of_secret_variables_are_taken_out() -> None:
    secrets = secrets_of(
        {
            "LOSSVIZ_DATABASE": "postgresql://app:hunter2@db/lossviz",
            "LOSSVIZ_DEPLOYER_TOKEN": "deployer's",
            "PATH": "/usr/bin",
            "API_KEY": "no",
        }
    )
    text = "KeyError: postgresql://app:hunter2@db/lossviz and deployer's, no"
    assert without_server(text, hidden=secrets) == "KeyError: … and …, no"


ERRORS: tuple[LossvizError, ...] = (
    StoreError(f"the database sqlite:///{Path.home()}/x.sqlite cannot be used: locked"),
    NewerDatabase(f"sqlite:///{Path.home()}/x.sqlite", "abc"),
    DownloadError("https://example.org/a", f"no room below {Path.home() / '.fastai'}"),
    LossvizError(f"module at {sys.prefix}/lib/python3/x.py failed; {Path.cwd()}"),
)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_says_to_strangers_what_to_do_and_no_path(
    error: LossvizError, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert error_text(error) == str(error), "the own user of a private app reads all of it"
    monkeypatch.setenv("LOSSVIZ_PUBLIC", "1")
    text = error_text(error)
    for place in (str(Path.home()), str(Path.cwd()), sys.prefix):
        assert place not in text
    monkeypatch.setenv("LOSSVIZ_PUBLIC", "neither")
    assert error_text(LossvizError("/srv/app/x")) == "…/x"


SERVER = "/srv/secret"
REASON = "the node 'gpu-17' cannot train (10.0.0.3)"
FAILURE = "Training has stopped: the node 'gpu-17' at 10.0.0.3:6379 lacks '/srv/secret'"
WRITTEN = f"""Traceback (most recent call last):
  File "{SERVER}/lossviz/training/trial.py", line 3, in train
KeyError: 'SECRET_KEY=hunter2'"""


@pytest.fixture
def failed(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shared comparison whose trials, notes and settings name things of the server."""
    monkeypatch.setenv("LOSSVIZ_PUBLIC", "1")
    monkeypatch.setenv("SECRET_KEY", "hunter2")
    with closing(Store(f"sqlite:///{database}")) as store:
        plain = examples.comparison(seeds=1)
        settings = replace(plain.settings, folder=f"{SERVER}/flowers")
        store.add_comparison(replace(plain, settings=settings, owner="browser-other", shared=True))
        note = f"2 left out (damaged): {SERVER}/flowers/rose/1.png."
        store.set_preparation(plain.id, Preparation(done=True, notes=(note,)))
        for trial in store.trials(plain.id):
            store.move(trial.id, TrialState.RUNNING, now=1.0)
            store.move(
                trial.id,
                TrialState.FAILED,
                now=2.0,
                reason=f"FileNotFoundError: {SERVER}/flowers/rose/1.png hunter2; {REASON}",
                stderr=WRITTEN,
            )


def texts_of(app: AppTest) -> list[str]:
    """All that a page shows."""
    return [str(element.proto) for element in app.main]


@pytest.mark.usefixtures("failed")
def test_a_page_in_public_shows_no_path_no_trace_no_machine_and_no_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(QueueEngine, "failure", FAILURE)
    app = opened("pages/train.py")
    assert not app.exception
    for choice in app.selectbox:
        if choice.key and choice.key.startswith("trial of"):
            choice.select_index(0).run()
    assert not app.exception
    page = "\n".join(texts_of(app))
    assert "FileNotFoundError" in page, "why it failed is said"
    assert "Training has stopped" in page, "and that nothing is trained"
    here = (str(Path.home()), os.fspath(Path.cwd()))
    for secret in (SERVER, "Traceback", "hunter2", *CLUSTER, *here):
        assert secret not in page


@pytest.mark.usefixtures("database")
def test_a_bug_s_trace_is_not_shown_in_public(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOSSVIZ_PUBLIC", "1")
    before = st.get_option("client.showErrorDetails")
    try:
        opened("pages/geometry.py")
        assert st.get_option("client.showErrorDetails") == "none"
    finally:
        st.set_option("client.showErrorDetails", before)


def test_text_is_shown_as_it_is_to_the_own_user() -> None:
    assert shown("/srv/app/x") == "/srv/app/x"
