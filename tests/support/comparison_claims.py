"""What stands behind the sentences of the page of comparisons."""

from lossviz.experiments.bench.bench_row import bench_row
from lossviz.experiments.bench.filters import BenchFilter, filtered
from lossviz.experiments.store.trial_counts import NO_TRIALS
from lossviz.ui.comparisons import table, tables, view_state
from lossviz.ui.comparisons.table_view import ORDERS, TableView
from lossviz.ui.frame import PAGES
from lossviz.ui.state.form_values import FormValues
from lossviz.ui.train.launching import again
from tests.support.claims import Cited, Claim
from tests.support.records import comparison

_INSTRUCTION = Cited(source="what the reader may do")
_FORM = Cited(source="tests/pages/test_form_kept.py, which presses it and compares")
_ROWS = Cited(source="tests/pages/test_comparisons.py, which selects one and several")


def _a_press_selects_one(_: str) -> None:
    view = TableView(selected=("a",))
    assert table.view_after(view, ["a", "b"], [], [], [(1, "State")]).selected == ("b",)
    assert table.view_after(view, ["a", "b"], [0, 1], [], []).selected == ("a", "b")


def _a_heading_sorts(_: str) -> None:
    assert ORDERS[table.order_after("-created", "Lowest error")].key == "error"


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
    *(explanation for *_, explanation in again.BUTTONS),
]
COMPARISONS: dict[str, Claim] = {
    "Everything that was trained here or brought from elsewhere: find it again, note what it"
    " showed, and train it again.": _INSTRUCTION,
    "Press a row to see it below, tick several to see how each ended.": (
        _a_press_selects_one,
        _ROWS,
    ),
    "Press a heading to sort.": _a_heading_sorts,
    "No comparison matches.": _fewer_words_find_more,
    "Search for fewer words, or take a filter away.": _fewer_words_find_more,
    "A comparison that this link names is not in this app's database, or was deleted.": _ROWS,
    "Comparisons that this link names are not in this app's database, or were deleted.": _ROWS,
    "Sets the form on Train to its dataset, losses, seeds and settings.": _FORM,
    "The same, and its name goes along as that of a copy.": _a_copy_has_the_name,
}
