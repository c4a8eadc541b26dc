"""The published schema is the one that imports are held to, and any validator can read it."""

import json
from pathlib import Path

from jsonschema import Draft202012Validator

from lossviz.experiments.files.document import records_document, write_document
from lossviz.experiments.files.schema import document_schema
from tests.support.judgements import comparison_data
from tests.support.recorded import recorded
from tests.support.snapshots import snapshot_of

PUBLISHED = json.loads((Path(__file__).parents[3] / "docs/comparison.schema.json").read_text())


def test_the_published_schema_is_that_of_the_records() -> None:
    assert document_schema() == PUBLISHED, "make docs writes it anew"


def test_it_is_a_schema_that_says_of_every_member_what_it_means() -> None:
    Draft202012Validator.check_schema(PUBLISHED)
    for name, record in PUBLISHED["$defs"].items():
        for member, schema in record["properties"].items():
            assert (
                "description" in schema or "$ref" in schema or member in ("epochs", "evaluations")
            ), f"{name}.{member}"


def test_what_is_written_is_valid_by_any_validator() -> None:
    validator = Draft202012Validator(PUBLISHED)
    validator.validate(json.loads(json.dumps(records_document(recorded()))))
    validator.validate(json.loads(write_document(snapshot_of(comparison_data({"inverse": [3]})))))
