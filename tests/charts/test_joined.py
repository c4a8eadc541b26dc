"""The chart of several comparisons."""

import pytest

from lossviz.charts.joined import joined_figure, mean_course
from lossviz.experiments.bench.joining import JoinedLine
from lossviz.experiments.records import Comparison
from tests.support.records import comparison


def lines_of(*comparisons: Comparison) -> list[JoinedLine]:
    return [
        JoinedLine(
            comparison=each,
            loss=loss,
            label=f"{loss} · <{each.id}>",
            trials=tuple(trial for trial in each.trials() if trial.loss == loss),
            errors={},
        )
        for each in comparisons
        for loss in each.losses
    ]


def test_each_line_is_the_mean_of_its_trials_and_each_seed_is_drawn() -> None:
    lines = lines_of(comparison(id="a", seeds=2), comparison(id="b", seeds=2))
    courses = {
        trial.id: [(0.0, 0.5), (1.0, 0.125 * (1 + trial.seed))]
        for line in lines
        for trial in line.trials
    }
    figure = joined_figure(lines, courses, comparison().settings, zoom_of="a b", images=359)
    faint = [trace for trace in figure.data if trace.showlegend is False]
    strong = [trace for trace in figure.data if trace.showlegend is None]
    assert len(faint) == sum(len(line.trials) for line in lines)
    assert [trace.name for trace in strong] == [
        line.label.replace("<", "&lt;").replace(">", "&gt;") for line in lines
    ]
    for trace in strong:
        assert list(trace.x) == [0.0, 1.0]
        assert list(trace.y) == pytest.approx([50.0, 18.75])
    assert len({trace.uid for trace in figure.data}) == len(figure.data)


def test_a_line_of_which_nothing_was_measured_is_empty() -> None:
    lines = lines_of(comparison(id="a"))
    figure = joined_figure(lines, {}, comparison().settings, zoom_of="a", images=None)
    assert all(not trace.x for trace in figure.data)


def test_a_place_that_one_seed_lacks_has_no_mean() -> None:
    assert mean_course([[(0.0, 0.5), (0.5, 0.4)], [(0.0, 0.3)]]) == [(0.0, pytest.approx(0.4))]
    assert mean_course([]) == []
