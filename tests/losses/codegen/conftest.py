"""Keras on torch as its backend."""

import importlib
import os
from types import ModuleType
from unittest.mock import patch

import pytest


@pytest.fixture(scope="module")
def keras(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    with patch.dict(
        os.environ, {"KERAS_BACKEND": "torch", "KERAS_HOME": str(tmp_path_factory.mktemp("keras"))}
    ):
        return importlib.import_module("keras")
