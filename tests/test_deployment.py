"""What the environment says of a deployment."""

import os
from pathlib import Path

import pytest

from lossviz.deployment import read_deployment
from lossviz.errors import InvalidInput


def test_an_app_is_public_and_opens_no_folder_unless_it_is_told_otherwise() -> None:
    deployment = read_deployment({})
    assert deployment.public
    assert deployment.folders == ()
    assert deployment.engine == "local"


@pytest.mark.parametrize("text", ["0", "no", "False", " off "])
def test_a_private_app_opens_every_folder(text: str) -> None:
    deployment = read_deployment({"LOSSVIZ_PUBLIC": text})
    assert not deployment.public
    assert deployment.folders is None


@pytest.mark.parametrize("public", ["0", "1"])
def test_listed_folders_are_the_only_ones(public: str) -> None:
    listed = os.pathsep.join(["/data/flowers", "", "/data/birds"])
    deployment = read_deployment({"LOSSVIZ_PUBLIC": public, "LOSSVIZ_FOLDERS": listed})
    assert deployment.folders == (Path("/data/flowers"), Path("/data/birds"))


def test_deployers_are_addresses_in_any_case_or_issuer_and_subject() -> None:
    listed = "Ann@Example.org, https://login.example  108A9 ,,"
    deployment = read_deployment({"LOSSVIZ_DEPLOYERS": listed})
    assert deployment.deployers == {"ann@example.org", "https://login.example 108A9"}


MEANINGLESS = {
    "LOSSVIZ_PUBLIC": ("maybe", "must be 1 or 0, got 'maybe'"),
    "LOSSVIZ_LOG": ("xml", "must be text or json, got 'xml'"),
    "LOSSVIZ_KEEP_DAYS": ("a week", "must be a number above 0, got 'a week'"),
    "LOSSVIZ_MAX_MB": ("-1", "must be a number above 0, got '-1'"),
}


@pytest.mark.parametrize("name", MEANINGLESS)
def test_a_value_that_means_nothing_is_refused_by_its_name(name: str) -> None:
    value, reason = MEANINGLESS[name]
    with pytest.raises(InvalidInput, match=f"{name} {reason}"):
        read_deployment({name: value})


def test_the_disk_of_a_public_app_is_bounded_unless_it_is_told_otherwise() -> None:
    assert read_deployment({}).max_mb == 1000
    assert read_deployment({"LOSSVIZ_PUBLIC": "0"}).max_mb is None
    assert read_deployment({"LOSSVIZ_MAX_MB": "50.5"}).max_mb == 50.5
    assert read_deployment({"LOSSVIZ_KEEP_DAYS": "30"}).keep_days == 30


def test_logs_are_text_unless_they_are_wanted_as_json() -> None:
    assert not read_deployment({}).json_log
    assert read_deployment({"LOSSVIZ_LOG": "JSON"}).json_log
