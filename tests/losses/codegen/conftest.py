"""Keras on torch as its backend."""

from types import ModuleType

import pytest

from tests.support.implementations import keras_on_torch


@pytest.fixture(scope="module")
def keras() -> ModuleType:
    return keras_on_torch()
