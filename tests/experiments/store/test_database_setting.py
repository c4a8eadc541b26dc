"""Streamlit's secrets name the database as for ``st.connection``; else the environment does."""

from pathlib import Path

import pytest
import streamlit as st

from lossviz.errors import InvalidInput, StoreError
from lossviz.experiments.store.database import database_url
from lossviz.experiments.store.database_setting import database_setting, url_of
from lossviz.streamlit_secrets import read_secrets
from tests.support.pages import opened
from tests.support.records import comparison

ENVIRONMENT = "sqlite:///environment.sqlite"
PARTS = {"dialect": "postgresql", "username": "me", "host": "db.example"}


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOSSVIZ_DATABASE", ENVIRONMENT)


def write_secrets(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    (folder / ".streamlit").mkdir()
    (folder / ".streamlit/secrets.toml").write_text(text)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(st, "secrets", type(st.secrets)())


def test_the_secrets_go_before_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = '[connections.lossviz]\nurl = "postgresql://me:secret@db.example/lossviz"\n'
    write_secrets(tmp_path, monkeypatch, text)
    assert database_setting(read_secrets()).url == "postgresql://me:secret@db.example/lossviz"


@pytest.mark.parametrize("text", ["[token]\nx = 1\n", '[connections.other]\nurl = "sqlite://"\n'])
def test_secrets_that_name_no_database_leave_it_to_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    write_secrets(tmp_path, monkeypatch, text)
    assert database_setting(read_secrets()).url == ENVIRONMENT == database_url()


def test_without_secrets_the_environment_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(st, "secrets", type(st.secrets)())
    assert database_setting(read_secrets()).url == ENVIRONMENT


def test_secrets_that_cannot_be_read_are_named_and_no_other_database_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_secrets(tmp_path, monkeypatch, "[connections.lossviz\n")
    with pytest.raises(InvalidInput, match="secrets cannot be read"):
        read_secrets()


def test_the_parts_of_a_url_do_as_well() -> None:
    more = {"password": "a/b", "port": "5433", "database": "x", "driver": "psycopg"}
    assert url_of(PARTS | more) == "postgresql+psycopg://me:a%2Fb@db.example:5433/x"


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ({"dialect": "postgresql"}, r"neither a url nor username, host; write url ="),
        ("postgresql://me@db.example", "must be a section with a url"),
        (PARTS | {"port": "many"}, "cannot be used"),
    ],
)
def test_a_section_that_names_none_is_refused_with_what_to_write(
    section: object, said: str
) -> None:
    with pytest.raises(StoreError, match=said):
        url_of(section)


@pytest.mark.slow
def test_a_page_shows_what_a_server_has(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from contextlib import closing

    from lossviz.experiments.store.store import Store

    monkeypatch.setenv("LOSSVIZ_DATABASE", postgresql_url)
    with closing(Store(postgresql_url)) as store:
        store.add_comparison(comparison(seeds=1))
        try:
            app = opened("pages/train.py", comparison="c")
            assert not app.exception
            assert not app.error
            assert [engine.kind for engine in store.leases.engines()] == ["local"]
        finally:
            st.cache_resource.clear()  # closes the app's engine
        assert store.leases.engines() == []
        assert all(trial.state.ended for trial in store.trials("c"))
