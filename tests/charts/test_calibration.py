"""What the reliability diagram draws."""

import pytest

from lossviz import get_loss
from lossviz.charts.calibration import reliability_figure
from lossviz.charts.loss_style import style_for
from lossviz.experiments.analysis.calibration import calibrate


def test_a_dot_a_bin_lies_at_its_confidence_and_accuracy_in_the_band_of_a_calibrated_network() -> (
    None
):
    found = calibrate([0.95, 0.95, 0.15, 0.55], [True, False, False, True])
    style = style_for(get_loss("inverse"))
    band, diagonal, dots = reliability_figure(found, style, zoom_of="c").data
    assert list(dots.x) == pytest.approx([0.15, 0.55, 0.95])
    assert list(dots.y) == [0.0, 1.0, 0.5]
    assert list(dots.marker.size) == [1, 1, 2]
    assert (dots.line.color, dots.line.dash) == (style.color, style.dash)
    assert list(diagonal.x) == list(diagonal.y) == [0, 1]
    assert list(band.y) == [
        *(one.band[1] for one in found.bins),
        *(one.band[0] for one in reversed(found.bins)),
    ]


def test_a_dot_says_whether_it_lies_in_the_band() -> None:
    found = calibrate([0.9] * 100 + [0.6] * 100, [True] * 50 + [False] * 50 + [True] * 100)
    dots = reliability_figure(found, style_for(get_loss("inverse")), zoom_of="c").data[2]
    assert [row[-1] for row in dots.customdata] == ["underconfident", "overconfident"]
