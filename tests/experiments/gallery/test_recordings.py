"""The recordings: complete, small, of the command lines that they name, and worth a guess."""

from __future__ import annotations

import argparse
from importlib import resources

import pytest

from lossviz.cli.settings_options import add_settings_options, given_settings
from lossviz.experiments.comparison_records import ComparisonRecords
from lossviz.experiments.files.document import records_document
from lossviz.experiments.gallery.cards import BY_RECORDING, CARDS
from lossviz.experiments.gallery.record import slimmed
from lossviz.experiments.gallery.recordings import RECORDINGS, Recording, read_recording
from lossviz.experiments.judging.judgement import Judgement
from lossviz.experiments.records import Origin, TrialState
from lossviz.losses.parsing import loss_from_spec
from lossviz.statistics.loss_verdict import Word
from tests.support.gallery import judged_recording

MOST_KB = 300
every_recording = pytest.mark.parametrize("recording", RECORDINGS.values(), ids=lambda one: one.key)


@pytest.fixture(scope="module")
def read() -> dict[str, ComparisonRecords]:
    return {id: read_recording(recording) for id, recording in RECORDINGS.items()}


def words(recording: Recording) -> dict[str, Word]:
    judgement: Judgement = judged_recording(recording)
    assert judgement.verdicts
    return {loss: verdict.word for loss, verdict in judgement.verdicts.by_loss.items()}


def test_all_files_together_are_small() -> None:
    folder = resources.files("lossviz.experiments.gallery").joinpath("data")
    files = [file for file in folder.iterdir() if file.name.endswith(".json.gz")]
    assert len(files) == len(RECORDINGS)
    assert sum(len(file.read_bytes()) for file in files) < MOST_KB * 1024


@every_recording
def test_a_recording_is_complete_and_says_what_it_is(
    recording: Recording, read: dict[str, ComparisonRecords]
) -> None:
    records = read[recording.id]
    comparison = records.comparison
    assert (comparison.id, comparison.origin) == (recording.id, Origin.RECORDED)
    assert (comparison.shared, comparison.owner) == (True, "")
    assert comparison.made_by.startswith("lossviz train, recorded on ")
    for trial in records.trials:
        assert trial.state is TrialState.FINISHED
        assert trial.comparison_id == recording.id
        assert trial.versions
        assert records.evaluations[trial.id]
        assert records.fingerprints[trial.id].keys() >= {"split", "weights", "first_batch"}
    judged = comparison.trials()
    assert all(records.predictions[trial.id] and records.batches[trial.id] for trial in judged)


@every_recording
def test_a_recording_is_of_its_command_line(
    recording: Recording, read: dict[str, ComparisonRecords]
) -> None:
    comparison = read[recording.id].comparison
    parser = argparse.ArgumentParser()
    parser.add_argument("command")
    parser.add_argument("--loss", action="append")
    parser.add_argument("--seeds", type=int)
    parser.add_argument("--rates", default="same")
    add_settings_options(parser)
    given = parser.parse_args(recording.arguments)
    assert comparison.losses == tuple(loss_from_spec(loss).spec for loss in given.loss)
    assert comparison.seeds == comparison.plan.seeds == given.seeds
    assert (comparison.rate_search is not None) == (given.rates == "best")
    for name, value in given_settings(given).items():
        assert getattr(comparison.settings, name) == value


@every_recording
def test_every_verdict_of_a_recording_is_final(recording: Recording) -> None:
    judgement = judged_recording(recording)
    assert judgement.verdicts
    for verdict in judgement.verdicts.by_loss.values():
        assert verdict.final
        assert verdict.word not in (Word.TOO_EARLY, Word.DIVERGES)


def test_wrong_labels_change_the_verdict() -> None:
    by_step = {
        name: words(recording)
        for card in CARDS
        if card.key == "wrong labels"
        for name, recording in card.steps.items()
    }
    assert set(by_step["0% wrong"].values()) <= {Word.UNDECIDED, Word.SAME}
    assert set(by_step["40% wrong"].values()) == {Word.BETTER}


def test_every_recording_has_its_place_on_a_card() -> None:
    assert set(BY_RECORDING) == set(RECORDINGS)
    for card in CARDS:
        assert {recording.losses for recording in card.steps.values()} == {card.losses}
        assert card.opens_with in card.steps


@every_recording
def test_what_was_left_out_of_a_file_is_left_out_once(
    recording: Recording, read: dict[str, ComparisonRecords]
) -> None:
    records = read[recording.id]
    assert records_document(slimmed(records)) == records_document(records)
