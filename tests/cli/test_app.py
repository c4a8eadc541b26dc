"""Whom ``lossviz app`` serves."""

import pytest

from lossviz.cli.app import private_unless_told

LOCAL = {"STREAMLIT_SERVER_ADDRESS": "localhost"}
PRIVATE = {"LOSSVIZ_PUBLIC": "0"}


@pytest.mark.parametrize(
    ("environment", "options", "added"),
    [
        ({}, [], LOCAL | PRIVATE),
        ({}, ["--server.port", "8502"], LOCAL | PRIVATE),
        ({"LOSSVIZ_PUBLIC": "1"}, [], LOCAL),
        ({"LOSSVIZ_PUBLIC": "0"}, ["--server.address", "0.0.0.0"], {}),
        ({}, ["--server.address", "0.0.0.0"], {}),
        ({}, ["--server.address=0.0.0.0"], {}),
        ({}, ["--server.address", "127.0.0.1"], PRIVATE),
        ({}, ["--server.address=localhost"], PRIVATE),
        ({"STREAMLIT_SERVER_ADDRESS": "0.0.0.0"}, [], {}),
        ({"STREAMLIT_SERVER_ADDRESS": "0.0.0.0"}, ["--server.address=::1"], PRIVATE),
    ],
)
def test_it_serves_this_machine_s_user_unless_it_is_told_otherwise(
    environment: dict[str, str], options: list[str], added: dict[str, str]
) -> None:
    assert private_unless_told(environment, options) == added
