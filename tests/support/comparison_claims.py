"""What stands behind the sentences of the page of comparisons."""

from lossviz.charts.joined import joined_styles
from lossviz.experiments.bench.bench_row import bench_row
from lossviz.experiments.bench.filters import BenchFilter, filtered
from lossviz.experiments.bench.joining import NO_VERDICT, Joined, JoinedLine
from lossviz.experiments.store.trial_counts import NO_TRIALS
from lossviz.ui.comparisons import joined, table, tables, view_state
from lossviz.ui.comparisons.table_view import ORDERS, TableView
from lossviz.ui.frame import PAGES
from lossviz.ui.state.form_values import FormValues
from lossviz.ui.train import deleted
from lossviz.ui.train.launching import again
from tests.support.claims import Cited, Claim
from tests.support.records import comparison

_INSTRUCTION = Cited(source="what the reader may do")
_FORM = Cited(source="tests/pages/test_form_kept.py, which presses it and compares")
_JOIN = Cited(source="tests/experiments/bench/test_joining.py, for each condition")
_CHART = Cited(source="tests/charts/test_joined.py, which compares each line with its trials")
_PLAN = Cited(source="docs/verdict.md: its limits hold for a plan fixed before any result")
_KEPT = Cited(source="tests/support/visitor_claims.py, which computes it for the button's sentence")
_ROWS = Cited(source="tests/pages/test_comparisons.py, which selects one and several")


def _a_press_selects_one(_: str) -> None:
    view = TableView(selected=("a",))
    assert table.view_after(view, ["a", "b"], [], [], [(1, "State")]).selected == ("b",)
    assert table.view_after(view, ["a", "b"], [0, 1], [], []).selected == ("a", "b")


def _a_heading_sorts(_: str) -> None:
    assert ORDERS[table.order_after("-created", "Lowest error")].key == "error"


def _a_loss_has_one_colour(_: str) -> None:
    first, second = comparison(id="a"), comparison(id="b")
    lines = [
        JoinedLine(comparison=each, loss=loss, label=loss, trials=(), errors={})
        for each in (first, second)
        for loss in each.losses
    ]
    keys = [(one.comparison.id, one.loss) for one in lines]
    drawn = dict(zip(keys, joined_styles(lines), strict=True))
    for (id, loss), (style, symbol) in drawn.items():
        assert style == drawn["a", loss][0]
        assert symbol == drawn[id, first.losses[0]][1]
    assert len({symbol for _, symbol in drawn.values()}) == 2


def _means_are_over_shared_seeds(_: str) -> None:
    lines = [
        JoinedLine(comparison=comparison(), loss=loss, label=loss, trials=(), errors=errors)
        for loss, errors in (("a", {0: 0.5, 1: 0.3}), ("b", {0: 0.25}))
    ]
    found = Joined(lines=tuple(lines), seeds=(0,), noted=(), not_recorded=())
    assert [found.mean(line) for line in lines] == [0.5, 0.25]


def _fewer_words_find_more(_: str) -> None:
    row = bench_row(comparison(), NO_TRIALS, None, now=0.0)
    wanted = row.losses[0]
    assert filtered([row], BenchFilter(words=wanted)) == [row]
    assert filtered([row], BenchFilter(words=f"{wanted} nowhere")) == []


def _a_copy_has_the_name(_: str) -> None:
    assert again.form_values_of(comparison(), as_copy=True).name.endswith(" (copy)")
    assert again.form_values_of(comparison()).name == FormValues().name


COMPARISON_SENTENCES = [
    PAGES["pages/comparisons.py"].lead,
    tables.HOW_TO,
    tables.NOTHING_FOUND,
    view_state.NOT_THERE,
    view_state.SEVERAL_NOT_THERE,
    joined.CANNOT_JOIN,
    joined.ABOUT_THE_CHART,
    joined.ABOUT_THE_MEANS,
    NO_VERDICT,
    deleted.HOW_LONG,
    *(explanation for *_, explanation in again.BUTTONS),
]
COMPARISONS: dict[str, Claim] = {
    "Everything that was trained here or brought from elsewhere: find it again, note what it"
    " showed, and join several in one chart.": _INSTRUCTION,
    "Press a row to see it below; tick several to join them in one chart.": (
        _a_press_selects_one,
        _ROWS,
    ),
    "Press a heading to sort.": _a_heading_sorts,
    "No comparison matches.": _fewer_words_find_more,
    "Search for fewer words, or take a filter away.": _fewer_words_find_more,
    "A comparison that this link names is not in this app's database, or was deleted.": _ROWS,
    "Comparisons that this link names are not in this app's database, or were deleted.": _ROWS,
    "These comparisons cannot be joined in one chart, as their results would not compare.": _JOIN,
    "They differ in:": _JOIN,
    "Strong lines are means over the seeds that are drawn, faint ones their seeds.": _CHART,
    "A loss has one colour, a comparison one marker.": _a_loss_has_one_colour,
    "The means are over the seeds that all lines have finished, so that they can be compared.": (
        _means_are_over_shared_seeds
    ),
    "A joined chart has no verdict: its lines were picked after their results were known, and no"
    " plan fixed losses and seeds before.": _PLAN,
    "To get one, train these losses in one comparison.": _INSTRUCTION,
    "Kept for 7 days after the deletion, unless their room is needed.": _KEPT,
    "Sets the form on Train to its dataset, losses, seeds and settings.": _FORM,
    "The same, and its name goes along as that of a copy.": _a_copy_has_the_name,
}
