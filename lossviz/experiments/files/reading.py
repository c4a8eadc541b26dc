"""From a document that anybody may have written to records, or to a refusal that says the place."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from lossviz import __version__
from lossviz.errors import InvalidInput, LossvizError
from lossviz.experiments.access.names import comparison_name
from lossviz.experiments.bench.annotations import comparison_note, comparison_tags
from lossviz.experiments.comparison_records import ComparisonRecords
from lossviz.experiments.files.json_text import Refused, decoded, parse_json
from lossviz.experiments.files.schema import FORMAT, VERSION
from lossviz.experiments.files.validation import place, require_valid, shown
from lossviz.experiments.plan import class_count, validate_trial_count
from lossviz.experiments.recipes import can_be_launched, get_recipe
from lossviz.experiments.records import (
    BatchLoss,
    Comparison,
    EpochMetrics,
    Evaluation,
    Origin,
    Predictions,
    Preparation,
    Purpose,
    RateSearch,
    TemperatureScaling,
    Trial,
    TrialState,
    trial_id,
)
from lossviz.experiments.store.building import build
from lossviz.experiments.uploads.reference import read_reference
from lossviz.losses.functions import loss_label
from lossviz.statistics.plan import Plan

FROM_FILE: Final = "file"  # the id of a comparison that is in no database yet
STILL_RAN: Final = "it was still running when this file was written; run it again"
STILL_WAITED: Final = "it still waited when this file was written; run it again"
_FORMULAS_S: Final = 10.0  # of the processor's time, for all losses of a file
_TRIALS: Final = {"trials": Purpose.JUDGE, "search_trials": Purpose.SEARCH}
_OF_COMPARISON: Final = ("recipe", "seeds", "created_at", "made_by")
_REPORTED: Final = ("fingerprints", "epochs", "evaluations", "batches", "predictions")
_INFINITE: Final = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
_PENALTIES: Final = ("train_loss", "valid_loss")

_Record = TypeVar("_Record")


def read_document(content: bytes | str) -> ComparisonRecords:
    """The records of a document, under the id ``FROM_FILE``. Trials that waited or ran when it was
    written have ended: nobody runs them.

    Args:
        content: The file, whoever wrote it.

    Raises:
        InvalidInput: It is broken, of another kind, of an earlier or a newer lossviz, or something
            in it makes no sense. The message begins with the place and says what would be right.
    """
    document = parse_json(decoded(content) if isinstance(content, bytes) else content)
    _require_kind(document)
    require_valid(document)
    return _records(document)


def _require_kind(document: Any) -> None:
    """Refuse what is no document of this version."""
    if isinstance(document, Refused):
        raise InvalidInput(f"the document: it must be an object, got {document.reason}")
    if not isinstance(document, dict) or not document.keys() & {"format", "losses"}:
        raise InvalidInput(
            f"this is no comparison of lossviz: it must be an object with format {FORMAT!r}"
        )
    if "format" not in document:
        raise InvalidInput(
            "an earlier lossviz train --json wrote this: it has no format, and of its trials"
            " neither positions, batches nor predictions, so they cannot be shown as they ran;"
            " lossviz verdict still judges the file. Train it again, or export it with a newer"
            " lossviz, to import it"
        )
    if document["format"] != FORMAT:
        raise InvalidInput(f"format: it must be {FORMAT!r}, got {shown(document['format'])}")
    version = document.get("version")
    if type(version) is int and version > VERSION:
        raise InvalidInput(
            f"version: {version}, written by lossviz {shown(document.get('lossviz'))}, is newer"
            f" than lossviz {__version__} reads ({VERSION}); update lossviz to import it"
        )


@contextmanager
def _at(*path: str | int) -> Iterator[None]:
    """Lets what is refused inside begin with its place."""
    try:
        yield
    except LossvizError as error:
        raise InvalidInput(f"{place(path)}: {error}") from None


def _records(document: Mapping[str, Any]) -> ComparisonRecords:
    comparison = _comparison(document)
    with _at("preparation"):
        preparation = build(Preparation, document.get("preparation", {}))
    trials: list[Trial] = []
    reported: dict[str, dict[str, Any]] = {name: {} for name in _REPORTED}
    for name, purpose in _TRIALS.items():
        for number, values in enumerate(document.get(name, ())):
            with _at(name, number):
                trial = _trial(values, purpose, comparison)
            trials.append(trial)
            for what, found in _reports(values, (name, number)):
                reported[what][trial.id] = found
        _require_distinct(name, [trial for trial in trials if trial.purpose is purpose])
    with _at("preparation"):
        _require_class_names(comparison, preparation)
    _require_known_classes(document, class_count(comparison, preparation))
    return ComparisonRecords(
        comparison=comparison, preparation=preparation, trials=trials, **reported
    )


def _comparison(document: Mapping[str, Any]) -> Comparison:
    losses, search = tuple(document["losses"]), document.get("rate_search")
    _require_losses(losses)
    with _at("recipe"):
        recipe = get_recipe(document["recipe"])
    with _at("settings"):
        settings = build(type(recipe.settings), document["settings"])
    with _at("settings", "folder"):
        if read_reference(settings.folder):
            raise InvalidInput("it names an upload, which is of one app alone; name the folder")
    with _at("plan"):
        plan = build(Plan, document["plan"])
    with _at("rate_search"):
        rate_search = build(RateSearch, search) if search else None
    with _at("losses"):
        validate_trial_count(len(losses), document["seeds"], None)
    with _at("plan"):
        return Comparison(
            id=FROM_FILE,
            losses=losses,
            settings=settings,
            plan=plan,
            rate_search=rate_search,
            origin=Origin.IMPORTED,
            name=comparison_name(document.get("name", "")),
            note=comparison_note(document.get("note", "")),
            tags=comparison_tags(document.get("tags", ())),
            **{field: document[field] for field in _OF_COMPARISON if field in document},
        )


def _require_losses(losses: tuple[str, ...], clock: Callable[[], float] = time.thread_time) -> None:
    """Refuse what is no loss, and formulas that take long: each is read again by every page."""
    begun = clock()
    for number, loss in enumerate(losses):
        with _at("losses", number):
            loss_label(loss)
            if losses.index(loss) < number:
                raise InvalidInput(f"{shown(loss)} stands in the list twice; name each loss once")
            if clock() - begun > _FORMULAS_S:
                raise InvalidInput(
                    f"the formulas up to here took {_FORMULAS_S:g} seconds to read; simplify them"
                )


def _trial(values: Mapping[str, Any], purpose: Purpose, comparison: Comparison) -> Trial:
    plain = {name: value for name, value in values.items() if name not in _REPORTED}
    attempt = plain.get("attempt", 1)
    trial = build(
        Trial,
        {
            **plain,
            **_ended(plain.get("state", TrialState.QUEUED)),
            "id": trial_id(FROM_FILE, plain["position"], purpose=purpose, attempt=attempt),
            "comparison_id": FROM_FILE,
            "purpose": purpose,
        },
    )
    if trial.loss not in comparison.losses:
        raise InvalidInput(f"its loss {shown(trial.loss)} is none of the comparison's losses")
    is_planned = trial.seed < comparison.seeds or not can_be_launched(comparison.recipe)
    if purpose is Purpose.JUDGE and not is_planned:
        raise InvalidInput(
            f"its seed {trial.seed} is none of the comparison's {comparison.seeds}, which are"
            " counted from 0"
        )
    if purpose is Purpose.SEARCH and comparison.rate_search is None:
        raise InvalidInput("the comparison searched for no learning rates (rate_search is missing)")
    return trial


def _ended(state: str) -> dict[str, Any]:
    """What becomes of a trial that had not ended: whoever ran it is not here."""
    match state:
        case TrialState.RUNNING:
            return {"state": TrialState.LOST, "reason": STILL_RAN}
        case TrialState.QUEUED:
            return {"state": TrialState.CANCELLED, "reason": STILL_WAITED}
    return {}


def _reports(values: Mapping[str, Any], path: tuple[str, int]) -> Iterator[tuple[str, Any]]:
    """What a trial has reported, by what it is; of what there is nothing, nothing."""
    if fingerprints := values.get("fingerprints"):
        yield "fingerprints", fingerprints
    records: tuple[tuple[str, type], ...] = (("epochs", EpochMetrics), ("evaluations", Evaluation))
    for name, record in records:
        found: list[EpochMetrics | Evaluation] = []
        for number, row in enumerate(values.get(name, ())):
            with _at(*path, name, number):
                found.append(build(record, _with_infinite(row)))
        if found:
            yield name, found
    with _at(*path, "batches"):
        if batches := _batches(values.get("batches", {})):
            yield "batches", batches
    if columns := values.get("predictions"):
        with _at(*path, "predictions"):
            yield "predictions", _predictions(columns)


def _with_infinite(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with numbers for the names of those that JSON does not have."""
    named = {name: _INFINITE[row[name]] for name in _PENALTIES if row.get(name) in _INFINITE}
    return {**row, **named}


def _batches(columns: Mapping[str, list[Any]]) -> list[BatchLoss]:
    lengths = {len(column) for column in columns.values()}
    if len(lengths) > 1:
        raise InvalidInput("its columns must be of one length")
    rows = zip(*columns.values(), strict=True)
    return [build(BatchLoss, dict(zip(columns, row, strict=True))) for row in rows]


def _predictions(columns: Mapping[str, Any]) -> Predictions:
    scaling = columns.get("temperature")
    lists = {name: tuple(value) for name, value in columns.items() if name != "temperature"}
    return Predictions(**lists, temperature=build(TemperatureScaling, scaling) if scaling else None)


def _require_distinct(name: str, trials: list[Trial]) -> None:
    """Refuse two trials in one place, or two that are judged of one loss and seed."""
    seen: set[object] = set()
    for number, trial in enumerate(trials):
        keys = [("position", trial.position)]
        if trial.purpose is Purpose.JUDGE:
            keys.append((trial.loss, trial.seed))
        for key in keys:
            if key in seen:
                what, value = key
                of = f"position {value}" if what == "position" else f"seed {value} of {what}"
                raise InvalidInput(f"{place([name, number])}: there are two trials of {of}")
            seen.add(key)


def _require_class_names(comparison: Comparison, preparation: Preparation) -> None:
    """Refuse other classes than the recipe has, and names of more or fewer than there are."""
    of_recipe, classes = get_recipe(comparison.recipe).classes, preparation.classes
    if of_recipe and classes not in (None, of_recipe):
        raise InvalidInput(f"{comparison.recipe} has {of_recipe} classes, not {classes}")
    named, there_are = len(preparation.class_names), class_count(comparison, preparation)
    if named and named != there_are:
        raise InvalidInput(f"{named} classes are named, and there are {there_are}")


def _require_known_classes(document: Mapping[str, Any], classes: int | None) -> None:
    """Refuse predictions of classes that there are not."""
    for name in _TRIALS:
        for number, trial in enumerate(document.get(name, ())):
            predictions = trial.get("predictions", {})
            for column in ("targets", "predicted"):
                found = max(predictions.get(column) or [0])
                if classes is not None and found >= classes:
                    raise InvalidInput(
                        f"{place([name, number, 'predictions', column])}: class {found} is none of"
                        f" the {classes}, which are counted from 0"
                    )
