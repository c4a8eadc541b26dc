"""A file that is broken, old, newer or hostile is refused with its place, and nothing is kept."""

import copy
import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest

from lossviz.errors import InvalidInput
from lossviz.experiments.files.document import records_document
from lossviz.experiments.files.importing import import_records
from lossviz.experiments.files.reading import read_document
from lossviz.experiments.store.store import Store
from tests.support.recorded import recorded

DOCUMENT: dict[str, Any] = json.loads(json.dumps(records_document(recorded())))
TEXT = json.dumps(DOCUMENT)


def refusal(content: bytes | str) -> str:
    with pytest.raises(InvalidInput) as refused:
        read_document(content)
    return str(refused.value)


def changed(change: Callable[[dict[str, Any]], object]) -> str:
    document = copy.deepcopy(DOCUMENT)
    change(document)
    return json.dumps(document)


def setting(*path: str | int, to: object) -> str:
    """The document with one value changed."""

    def change(document: Any) -> None:
        for part in path[:-1]:
            document = document[part]
        document[path[-1]] = to

    return changed(change)


def without(*path: str | int) -> str:
    def change(document: Any) -> None:
        for part in path[:-1]:
            document = document[part]
        del document[path[-1]]

    return changed(change)


def replaced(old: str, new: str) -> str:
    """The text with something that json.dumps would not write."""
    assert old in TEXT
    return TEXT.replace(old, new, 1)


def test_the_document_that_all_of_these_change_is_read() -> None:
    assert read_document(TEXT.encode()).comparison.name == "low rates"
    assert read_document(b"\xef\xbb\xbf" + TEXT.encode()).comparison.name == "low rates"


NO_JSON = {  # contents, and how their refusals begin
    "nothing": (b"  \n", "the file is empty"),
    "cut off": (TEXT[:-100].encode(), "line 1, column "),
    "cut off in a text": (b'{"format": "lossviz', "line 1, column 12: the file ends here"),
    "broken": (b'{\n  "format" "lossviz"\n}', "line 2, column 12: this isn't JSON"),
    "words after it": (TEXT.encode() + b"\n<script>", "line 2, column 1: this isn't JSON"),
    "not UTF-8": ('{\n"name": "café"}'.encode("latin-1"), "line 2, column 13: the byte 0xe9"),
    "UTF-16": (TEXT.encode("utf-16"), "this isn't JSON: it is UTF-16"),
    "packed": (
        gzip.compress(TEXT.encode()),
        "this isn't JSON: it is packed (gzip); unpack it first",
    ),
    "a zip": (b"PK\x03\x04...", "this isn't JSON: it is packed (zip)"),
    "a database": (b"SQLite format 3\x00", "this isn't JSON: it is a database; lossviz restore"),
    "nested": (b"[" * 200_000, "objects or lists are nested too deeply"),
    "nested objects": (b'{"a":' * 200_000, "objects or lists are nested too deeply"),
}


@pytest.mark.parametrize(("content", "beginning"), NO_JSON.values(), ids=NO_JSON)
def test_what_is_no_json_is_refused_with_line_and_column(content: bytes, beginning: str) -> None:
    assert refusal(content).startswith(beginning)


EARLIER = {"losses": ["inverse"], "seeds": 1, "plan": {}, "trials": []}
OTHER_KINDS = {
    "a list": ("[]", "this is no comparison of lossviz"),
    "another object": ('{"runs": []}', "this is no comparison of lossviz"),
    "of an earlier lossviz": (json.dumps(EARLIER), "an earlier lossviz train --json wrote this"),
    "another format": (setting("format", to="wandb"), "format: it must be 'lossviz comparison'"),
    "newer": (
        changed(lambda one: one.update(version=2, lossviz="9.1.0")),
        "version: 2, written by lossviz '9.1.0', is newer than lossviz ",
    ),
    "version 0": (setting("version", to=0), "version: it must be 1, got 0"),
    "no version": (without("version"), "the document: it has no version"),
}


@pytest.mark.parametrize(("text", "beginning"), OTHER_KINDS.values(), ids=OTHER_KINDS)
def test_another_kind_or_version_is_named_with_what_to_do(text: str, beginning: str) -> None:
    assert refusal(text).startswith(beginning)


def test_of_a_file_of_an_earlier_lossviz_it_is_said_that_it_can_still_be_judged() -> None:
    assert "lossviz verdict still judges" in refusal(json.dumps(EARLIER))


TRIAL = ("trials", 3)
FIRST_EPOCH = (*TRIAL, "epochs", 0)
WRONG_VALUES = {  # texts, and how their refusals begin
    "a share of 2": (
        setting(*FIRST_EPOCH, "error_rate", to=2),
        "trials[3].epochs[0].error_rate: it must be at most 1, got 2",
    ),
    "a text for a number": (
        setting(*FIRST_EPOCH, "error_rate", to="0.1"),
        "trials[3].epochs[0].error_rate: it must be a number, got '0.1'",
    ),
    "NaN where none may be": (
        setting(*FIRST_EPOCH, "error_rate", to="NaN"),
        "trials[3].epochs[0].error_rate: it must be a number",
    ),
    "NaN that is no JSON": (
        replaced('"error_rate": 0.125', '"error_rate": NaN'),
        "trials[0].epochs[0].error_rate: it must be a number, got NaN, which JSON does not have",
    ),
    "another word for a penalty": (
        setting(*FIRST_EPOCH, "valid_loss", to="inf"),
        'trials[3].epochs[0].valid_loss: it must be a number, "NaN", "Infinity" or "-Infinity"',
    ),
    "a number beyond all": (
        replaced('"error_rate": 0.125', '"error_rate": 1e999'),
        "trials[0].epochs[0].error_rate: it must be a number, got a number too large",
    ),
    "thousands of digits": (
        replaced('"seeds": 2', f'"seeds": {"9" * 10_000}'),
        "seeds: it must be a whole number, got a number of 10000 digits",
    ),
    "beyond the integers of a database": (
        setting(*TRIAL, "position", to=2**40),
        "trials[3].position: it must be at most 99999",
    ),
    "true for a number": (setting("seeds", to=True), "seeds: it must be a whole number, got True"),
    "a name twice": (
        replaced('"loss": ', '"loss": "inverse", "loss": '),
        "trials[0]: it must be an object, got an object in which 'loss' stands twice",
    ),
    "the format twice": (
        replaced('"format": ', '"format": 1, "format": '),
        "the document: it must be an object, got an object in which 'format' stands twice",
    ),
    "an unknown field": (
        setting(*TRIAL, "stdout", to=""),
        "trials[3]: this lossviz does not know its 'stdout'",
    ),
    "a field of the database": (
        setting("owner", to="visitor"),
        "the document: this lossviz does not know its 'owner'",
    ),
    "a trial's id": (
        setting(*TRIAL, "id", to="../../etc/passwd"),
        "trials[3]: this lossviz does not know its 'id'",
    ),
    "a missing field": (without(*TRIAL, "loss"), "trials[3]: it has no loss"),
    "no trials": (setting("trials", to=[]), "trials: it is empty"),
    "a thousand trials": (
        changed(lambda one: one.update(trials=one["trials"] * 250)),
        "trials: it has 1000 entries, and 200 are the most",
    ),
    "a state that is none": (
        setting(*TRIAL, "state", to="won"),
        "trials[3].state: it must be one of queued, running",
    ),
    "a histogram that is none": (
        setting(*TRIAL, "evaluations", 1, "histogram", to=[1, 2]),
        "trials[3].evaluations[1]: a histogram of confidence has 26 or 20 bins, got 2",
    ),
    "a count below 0": (
        setting(*TRIAL, "evaluations", 1, "histogram", 5, to=-1),
        "trials[3].evaluations[1].histogram[5]: it must be at least 0, got -1",
    ),
    "columns of two lengths": (
        setting(*TRIAL, "batches", "loss", to=[1.0]),
        "trials[3].batches: its columns must be of one length",
    ),
    "predictions of two lengths": (
        setting(*TRIAL, "predictions", "rows", to=[1]),
        "trials[3].predictions: predictions must have as many of everything as rows",
    ),
    "a class that there is not": (
        setting(*TRIAL, "predictions", "targets", to=[0, 1, 10]),
        "trials[3].predictions.targets: class 10 is none of the 10",
    ),
    "other classes than the recipe's": (
        setting("preparation", "classes", to=1_000),
        "preparation: digits has 10 classes, not 1000",
    ),
    "a name of a class too few": (
        setting("preparation", "class_names", to=["only one"]),
        "preparation: 1 classes are named, and there are 10",
    ),
    "a loss that is none of the plan's": (
        setting(*TRIAL, "loss", to="inverse"),
        "trials[3]: its loss 'inverse' is none of the comparison's losses",
    ),
    "a seed beyond the plan": (
        setting(*TRIAL, "seed", to=2),
        "trials[3]: its seed 2 is none of the comparison's 2",
    ),
    "the same trial twice": (
        setting(*TRIAL, "position", to=0),
        "trials[3]: there are two trials of position 0",
    ),
    "one seed of a loss twice": (
        setting(*TRIAL, "seed", to=0),
        "trials[3]: there are two trials of seed 0 of p**-k; k=0.2",
    ),
    "a search that was not planned": (
        setting("rate_search", to=None),
        "search_trials[0]: the comparison searched for no learning rates",
    ),
    "a recipe that there is not": (setting("recipe", to="evil"), "recipe: no recipe called 'evil'"),
    "settings that cannot be": (
        setting("settings", "batch_size", to=0),
        "settings.batch_size: it must be at least 2, got 0",
    ),
    "nothing to train": (
        changed(lambda one: one["settings"].update(frozen_epochs=0, unfrozen_epochs=0)),
        "settings: frozen and unfrozen epochs are both 0",
    ),
    "an upload of this app": (
        setting("settings", "folder", to=f"upload:/{'0' * 32}/cats.zip"),
        "settings.folder: it names an upload",
    ),
    "a formula that runs something": (
        setting("losses", 1, to="__import__('os').system('id')"),
        "losses[1]: ",
    ),
    "a formula without end": (setting("losses", 1, to="p" + "+p" * 490), "losses[1]: "),
    "a formula of nested functions": (
        setting("losses", 1, to="exp(" * 60 + "p" + ")" * 60),
        "losses[1]: ",
    ),
    "a loss twice": (
        setting("losses", to=["cross_entropy", "cross_entropy"]),
        "losses[1]: 'cross_entropy' stands in the list twice",
    ),
    "too many trials planned": (
        changed(lambda one: one.update(losses=[f"p**-{k}" for k in range(1, 60)], seeds=50)),
        "losses: 59 losses and 50 seeds make 2950 trials",
    ),
    "a baseline that is not trained": (
        setting("plan", "baseline", to="inverse"),
        "plan: the baseline must be one of the losses",
    ),
    "a name without end": (
        setting("name", to="x" * 1_000),
        "name: it has 1000 characters, and 80 are the most",
    ),
    "a bell": (
        setting("note", to="ring \x07"),
        "note: it has the control character U+0007; remove it",
    ),
    "a terminal's colours": (
        setting(*TRIAL, "reason", to="\x1b[31mred"),
        "trials[3].reason: it has the control character U+001B",
    ),
    "half a character": (
        setting("tags", 0, to="\udce9"),
        "tags[0]: it has half a surrogate pair U+DCE9",
    ),
    "a fingerprint that is a path": (
        setting(*TRIAL, "fingerprints", "split", to="../../x"),
        "trials[3].fingerprints.split: it must be hexadecimal",
    ),
    "a part that no fingerprint has": (
        setting(*TRIAL, "fingerprints", "../x", to="00"),
        "trials[3].fingerprints: this lossviz does not know its '../x'",
    ),
    "a time after all times": (
        setting("created_at", to=1e300),
        "created_at: it must be at most 253402300799",
    ),
    "a trial of no images": (
        setting(*TRIAL, "validation_images", to=0),
        "trials[3].validation_images: it must be at least 1",
    ),
}


@pytest.mark.parametrize(("text", "beginning"), WRONG_VALUES.values(), ids=WRONG_VALUES)
def test_a_wrong_value_is_refused_with_its_path(text: str, beginning: str) -> None:
    found = refusal(text)
    assert found.startswith(beginning)
    assert len(found) < 600


def test_a_value_that_is_refused_is_shown_short() -> None:
    assert len(refusal(setting("seeds", to=["x" * 100] * 1_000))) < 300


def test_scripts_in_names_and_notes_are_texts_like_others(store: Store) -> None:
    script = "<script>alert(1)</script>"
    text = changed(lambda one: one.update(name=script, note=f"[x](javascript:1) {script}"))
    found = import_records(store, read_document(text)).comparison
    assert (found.name, found.note) == (script, f"[x](javascript:1) {script}")


def test_a_name_is_one_line_that_is_read_as_it_is_written() -> None:
    found = read_document(setting("name", to="one\n\u202egpj.exe")).comparison
    assert found.name == "one gpj.exe"


def test_what_is_refused_while_it_is_stored_leaves_nothing(store: Store) -> None:
    records = read_document(TEXT)

    def refuse() -> None:
        raise InvalidInput("no more")

    with pytest.raises(InvalidInput, match="no more"):
        import_records(store, records, admit=refuse)
    huge = read_document(
        changed(
            lambda one: [trial["evaluations"][-1].update(nll=1.7e308) for trial in one["trials"]]
        )
    )
    with pytest.raises(InvalidInput, match="cannot be judged"):
        import_records(store, huge)
    assert store.comparisons() == []


def test_of_a_million_trials_none_is_read() -> None:
    assert refusal(setting("trials", to=[{}] * 1_000_000)).startswith("trials: it has 1000000")
