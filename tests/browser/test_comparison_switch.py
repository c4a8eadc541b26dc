"""The charts of the training page show the comparison that is chosen, and no other."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Page

from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.records import BatchLoss, TrialState
from lossviz.experiments.store.store import Store
from tests.support.browser import choose, free_port, served_app
from tests.support.records import metrics

pytestmark = pytest.mark.browser

PARAMETRISED = ("cross_entropy", "poly:eps=2.0", "inverse_power:k=0.3")
TYPED = ("p**-k; k=0.2", "where(p < 0.5, 1-p, 2-3*p+p**2)", "generalized:q=0.4", "focal:gamma=2.0")
DRAWN = """() => {
  const plot = document.querySelector(".race .plot");
  return { comparison: plot?.dataset.comparison, lines: plot?.data?.map(({ uid }) => uid) ?? [],
    traces: plot?.querySelectorAll(".scatterlayer .trace").length,
    names: [...document.querySelectorAll(".race-legend button")].map((b) => b.textContent) };
}"""


def add_finished(
    store: Store, comparison_id: str, losses: Sequence[str], created_at: float
) -> None:
    """Store a finished comparison."""
    comparison = plan_comparison(
        id=comparison_id, recipe="digits", losses=losses, seeds=1, created_at=created_at
    )
    store.add_comparison(comparison)
    for trial in comparison.trials():
        store.move(trial.id, TrialState.RUNNING, now=created_at)
        for epoch in (1, 2):
            rate = 0.1 * (trial.position + 1) / epoch
            store.add_epoch(trial.id, metrics(epoch, error_rate=rate))
            batch = BatchLoss(at=float(epoch), loss=1.0 / epoch, learning_rate=0.004)
            store.add_batches(trial.id, [batch])
        store.move(trial.id, TrialState.FINISHED, now=created_at + 1)


def test_another_comparisons_curves_never_stand_under_this_ones_heading(
    page: Page, tmp_path: Path
) -> None:
    database, port = tmp_path / "lossviz.sqlite", free_port()
    store = Store(f"sqlite:///{database}")
    add_finished(store, "a" * 12, PARAMETRISED, 1e9)
    add_finished(store, "b" * 12, TYPED, 2e9)
    store.close()

    def shown(count: int, *, word: str) -> None:
        """The chart holds the lines of so many losses, one of them of this name."""
        page.wait_for_function(
            f"""([count, word]) => {{
              const {{ comparison, lines, traces, names }} = ({DRAWN})();
              return new URLSearchParams(location.search).get("comparison") in
                {{ null: 1, [comparison]: 1 }} && lines.length === count && traces === count
                && names.length === count && names.some((name) => name.includes(word));
            }}""",
            arg=[count, word],
        )

    with served_app(database, port):
        page.goto(f"http://127.0.0.1:{port}/train")
        shown(len(TYPED), word="where(")
        for year, count, word in (("2001", 3, "Poly-1"), ("2033", 4, "where(")) * 2:
            choose(page, "Comparison", year)
            shown(count, word=word)
        page.go_back()
        shown(3, word="Poly-1")
        page.reload()
        shown(3, word="Poly-1")
        page.goto("about:blank")
