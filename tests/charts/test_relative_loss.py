"""The lowest value of each loss, from which its own scale begins."""

import pytest

from lossviz import get_loss, parse_loss
from lossviz.charts.relative_loss import lowest_value
from lossviz.losses.catalogue import LOSSES


@pytest.mark.parametrize("key", LOSSES)
def test_every_loss_of_the_catalogue_has_a_lowest_value_below_where_it_starts(key: str) -> None:
    loss = get_loss(key)
    lowest = lowest_value(loss, 10)
    assert lowest is not None
    assert lowest < loss.penalty(0.1, classes=10)


def test_a_loss_without_a_lowest_value_has_none_nor_one_whose_classes_are_not_known() -> None:
    assert lowest_value(parse_loss("log(p)"), 10) is None
    assert lowest_value(get_loss("label_smoothing"), None) is None
