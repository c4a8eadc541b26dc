"""What of a claim is tested in every run, and what before an issue is closed."""

import pytest
from _pytest.mark import ParameterSet


def heavy(*values: object) -> ParameterSet:
    """A parameter of a test or fixture that ``make test`` leaves to ``make test-heavy``; where
    several names are parametrised together, a value of each.
    """
    return pytest.param(*values, marks=pytest.mark.heavy)


def light_first(light: object, *others: object) -> list[object | ParameterSet]:
    """Parameters of which every run takes the first: a count of trials and larger ones, a way and
    the other ways.
    """
    return [light, *map(heavy, others)]
