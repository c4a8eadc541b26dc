"""compare trains every loss on the same conditions, and returns what a notebook shows and keeps."""

import json
from contextlib import closing
from pathlib import Path

import pytest
import torch
from fastai.learner import Learner
from fastai.metrics import error_rate
from filelock import FileLock
from torch import Tensor, nn

import lossviz
from lossviz.errors import InvalidInput
from lossviz.experiments.files.importing import import_records
from lossviz.experiments.files.reading import read_document
from lossviz.experiments.files.snapshot import read_snapshot
from lossviz.experiments.records import TrialState
from lossviz.experiments.store.store import Store
from tests.support.learners import learner_of_rows
from tests.support.pages import opened

pytestmark = pytest.mark.usefixtures("one_thread")


def make_learner(loss_func: object, seed: int) -> Learner:
    learner = learner_of_rows(loss_func)
    learner.model.load_state_dict(nn.Linear(6, 3).state_dict())
    learner.metrics = [error_rate]
    return learner


def hinge(logits: Tensor, targets: Tensor) -> Tensor:
    return nn.functional.multi_margin_loss(logits, targets)


def test_a_comparison_has_a_verdict_a_table_a_chart_and_a_file(tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    result = lossviz.compare(
        make_learner,
        ["cross_entropy", "1/p", hinge],
        train=lambda learner: learner.fit(1, 0.01),
        comparison="rows <b>",
        to=file,
    )
    judgement = result.judgement
    assert [loss.loss for loss in judgement.losses] == ["cross_entropy", "1/p", "function:hinge"]
    assert all(len(loss.finished) == 3 for loss in judgement.losses)
    assert {verdict.seeds for verdict in result.verdicts.values()} == {3}
    assert all(verdict.final for verdict in result.verdicts.values())
    assert list(result.frame["seed"]) == [0, 1, 2] * 3
    html = result._repr_html_()
    assert "data:image/svg+xml;base64," in html
    assert result.verdict.split()[0] in html
    assert json.loads(file.read_text())["name"] == "rows <b>"


def test_its_file_is_imported_and_shown_by_the_app_function_losses_included(
    database: Path, tmp_path: Path
) -> None:
    file = tmp_path / "rows.json"
    result = lossviz.compare(
        make_learner,
        ["cross_entropy", hinge],
        train=lambda learner: learner.fit(2, 0.01),
        to=file,
        evaluations=2,
    )
    with closing(Store(f"sqlite:///{database}")) as store:
        imported = import_records(store, read_document(file.read_bytes())).comparison
        snapshot = read_snapshot(store, imported)
    assert snapshot.judgement.verdicts.summary == result.verdict
    assert snapshot.data.fingerprints.values()
    with FileLock(f"{database}.lock"):
        for name in ("Errors", "Calibration", "Gradient shares"):
            app = opened("pages/train.py", comparison=imported.id)
            app.session_state["panel"] = name
            app.run()
            assert not app.exception
            assert not app.error


def test_a_loss_that_diverges_does_not_end_the_comparison() -> None:
    def broken(logits: Tensor, targets: Tensor) -> Tensor:
        return nn.functional.cross_entropy(logits, targets) * torch.tensor(float("nan"))

    result = lossviz.compare(
        make_learner, ["cross_entropy", broken], 1, train=lambda learner: learner.fit(1, 0.01)
    )
    states = [trial.state for trial in result.records.trials]
    assert states == [TrialState.FINISHED, TrialState.DIVERGED]


@pytest.mark.parametrize(
    ("losses", "options"),
    [
        ([], {}),
        (["brier", "brier"], {}),
        (["function:x"], {}),
        (["brier"], {"baseline": "inverse"}),
        (["brier"], {"to": "run.csv"}),
    ],
)
def test_nonsense_is_refused_before_anything_is_trained(
    losses: list[str], options: dict[str, str]
) -> None:
    with pytest.raises(InvalidInput):
        lossviz.compare(make_learner, losses, **options)
