"""What of a claim is tested in every run, and what before an issue is closed."""

import pytest
from _pytest.mark import ParameterSet


def light_first(light: object, *heavy: object) -> list[object | ParameterSet]:
    """Parameters of a test or fixture, of which ``make test`` takes the first, and
    ``make test-heavy`` the others: a count of trials and a larger one, a way and the other ways.
    """
    return [light, *(pytest.param(each, marks=pytest.mark.heavy) for each in heavy)]
