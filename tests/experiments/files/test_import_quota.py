"""What visitors of a public app may import."""

import pytest

from lossviz.errors import InvalidInput, NotAllowed, QuotaExceeded
from lossviz.experiments.access.guard import Guard
from lossviz.experiments.access.visitor_store import VisitorStore
from lossviz.experiments.files.document import write_document
from lossviz.experiments.files.snapshot import read_snapshot
from lossviz.experiments.quotas import read_quotas
from lossviz.experiments.store.store import Store
from lossviz.experiments.visitors import Visitor
from tests.support.recorded import recorded

ANA, BEN = Visitor(key="ana"), Visitor(key="ben")
DAY_S = 24 * 3600.0


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    other = Store(f"sqlite:///{tmp_path_factory.mktemp('other') / 'other.sqlite'}")
    records = recorded()
    other.add_records(records)
    text = write_document(read_snapshot(other, records.comparison))
    other.close()
    return text.encode()


def of(store: Store, visitor: Visitor) -> VisitorStore:
    return VisitorStore(store, Guard(store, visitor))


def test_what_is_imported_is_seen_by_its_visitor_alone(store: Store, document: bytes) -> None:
    found = of(store, ANA).import_file(document).comparison
    assert (found.owner, found.shared) == ("ana", False)
    assert of(store, ANA).comparison(found.id) == found
    with pytest.raises(NotAllowed):
        of(store, BEN).comparison(found.id)
    assert of(store, BEN).import_file(document).is_new, "it does not say what another has"


def test_a_visitor_who_is_not_known_imports_nothing(store: Store, document: bytes) -> None:
    with pytest.raises(NotAllowed, match="log in first"):
        of(store, Visitor(key="")).import_file(document)


def test_an_imported_comparison_counts_for_its_visitor(store: Store, document: bytes) -> None:
    quotas = read_quotas("comparisons=1")
    of(store, ANA).import_file(document, quotas=quotas)
    with pytest.raises(QuotaExceeded, match="of your comparisons are kept"):
        of(store, ANA).import_file(document, quotas=quotas)
    of(store, BEN).import_file(document, quotas=quotas)


def test_files_count_for_a_day_also_those_that_are_refused(store: Store) -> None:
    quotas, broken = read_quotas("import_mb=3"), b"{" + b" " * 2 * 2**20
    with pytest.raises(InvalidInput):
        of(store, ANA).import_file(broken, quotas=quotas, clock=lambda: 1e9)
    with pytest.raises(QuotaExceeded, match="MB of files were imported by you within 24 hours"):
        of(store, ANA).import_file(broken, quotas=quotas, clock=lambda: 1e9 + 1)
    with pytest.raises(InvalidInput):
        of(store, ANA).import_file(broken, quotas=quotas, clock=lambda: 1e9 + DAY_S + 1)
