"""A named experiment is launched with one click, and its guess answered, without a browser."""

from contextlib import closing
from pathlib import Path

import pytest

from lossviz.experiments.named_experiments import EXPERIMENTS, SEEDS
from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.records import Comparison, Evaluation, TrialState
from lossviz.experiments.store.store import Store
from lossviz.losses.parsing import loss_from_spec
from tests.support.pages import chosen, opened

NOISE = EXPERIMENTS["noise"].setup


def test_a_click_launches_it_and_sets_the_form_to_what_it_trains(database: Path) -> None:
    app = opened("pages/train.py", loss=["brier"])
    app.selectbox("guess of noise").set_value("dot_product").run()
    app.button("run noise").click().run()
    assert not app.exception
    with closing(Store(f"sqlite:///{database}")) as store:
        (launched,) = store.comparisons()
    assert launched.losses == tuple(loss_from_spec(loss).spec for loss in NOISE.losses)
    assert launched.settings == NOISE.settings
    assert launched.seeds == SEEDS
    assert any("You guessed dot product" in text.value for text in app.markdown)
    assert app.button("fold").label == "New comparison…"
    assert sorted(chosen(app)) == sorted(NOISE.losses)
    assert app.slider("label_noise of digits, 1").value == 40
    assert app.number_input("unfrozen_epochs of digits, 1").value == 8


@pytest.mark.usefixtures("database")
def test_the_form_leads_back_to_the_recipe_s_own_settings() -> None:
    app = opened("pages/train.py")
    app.button("run imbalance").click().run()
    app.button("fold").click().run()
    assert app.select_slider("imbalance of digits, 1").value == 20
    (back,) = (button for button in app.button if "Reset to" in button.label)
    back.click().run()
    assert not app.exception
    assert app.select_slider("imbalance of digits, 2").value == 1


def finished(store: Store, levels: dict[str, float]) -> Comparison:
    """A comparison whose losses ended near these error rates."""
    planned = plan_comparison(id="c", recipe="digits", losses=list(levels), seeds=6, created_at=1e9)
    store.add_comparison(planned)
    for trial in planned.trials():
        luck = 0.01 * (trial.seed % 3) + 0.002 * ((trial.seed * 5 + trial.position) % 4)
        store.move(trial.id, TrialState.RUNNING, now=1.0)
        rate = levels[loss_from_spec(trial.loss).key or ""] + luck
        store.set_image_counts(trial.id, 1438, 359)
        store.add_evaluation(
            trial.id, Evaluation(at=2.0, error_rate=rate, histogram=(359, *[0] * 19))
        )
        store.move(trial.id, TrialState.FINISHED, now=2.0)
    return planned


@pytest.mark.parametrize(
    ("dot_product", "answer"),
    [
        (0.1, "The verdict agrees: it ended with the fewest errors"),
        (0.5, "The verdict: fewer errors with cross\\-entropy"),
        (0.3, "this comparison cannot say"),
    ],
)
def test_a_guess_is_answered_by_the_verdict_once_it_has_ended(
    database: Path, dot_product: float, answer: str
) -> None:
    with closing(Store(f"sqlite:///{database}")) as store:
        planned = finished(store, {"cross_entropy": 0.3, "dot_product": dot_product})
    app = opened("pages/train.py", comparison=planned.id)
    assert not any("You guessed" in text.value for text in app.markdown)
    app.session_state["launches"] = {"c": {"experiment": "article", "guess": "dot_product"}}
    app.run()
    assert not app.exception
    (said,) = (text.value for text in app.markdown if "You guessed" in text.value)
    assert answer.replace("\\-", "-") in said.replace("\\", "")
