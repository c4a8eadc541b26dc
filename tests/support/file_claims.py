"""What stands behind the sentences of the field that imports files."""

from lossviz.ui.files import import_field
from tests.support.claims import Cited, Claim

_HOSTILE = Cited(source="tests/experiments/files/test_hostile_documents.py, one case a refusal")
_ROUND_TRIP = Cited(source="tests/experiments/files/test_round_trip.py, for any comparison")
_WRITERS = Cited(source="the download menu, lossviz train --json and lossviz.notebook")
_TWICE = Cited(source="tests/pages/test_import.py, which imports a file twice")

FILE_SENTENCES = [import_field.WHAT_IMPORTING_DOES, import_field.IMPORTED, import_field.KNOWN]
FILES: dict[str, Claim] = {
    "A file that was exported here or elsewhere, by the app, `lossviz train --json` or a"
    " notebook.": _WRITERS,
    "Everything in it is checked, and nothing of it is run.": _HOSTILE,
    "Imported: it is judged and replayed here as it was there.": _ROUND_TRIP,
    "It is here already.": _TWICE,
}
