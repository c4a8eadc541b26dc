"""What the pages train with: the app's store and engine, as the visitor who looks has them."""

from __future__ import annotations

import time
from typing import BinaryIO, Final

import streamlit as st

from lossviz.deployment import read_deployment
from lossviz.errors import EngineError, NotAllowed
from lossviz.experiments.access.deletion import delete_comparison, restore_comparison
from lossviz.experiments.access.guard import Guard
from lossviz.experiments.access.visitor_engine import VisitorEngine
from lossviz.experiments.access.visitor_store import VisitorStore
from lossviz.experiments.feed import Feed
from lossviz.experiments.files.importing import Imported
from lossviz.experiments.gallery.opening import open_recording
from lossviz.experiments.gallery.recordings import Recording
from lossviz.experiments.permissions import Action, may, may_start, require_known
from lossviz.experiments.records import Comparison
from lossviz.experiments.uploads.reference import uploads_folder
from lossviz.experiments.uploads.upload_quotas import admit_within
from lossviz.experiments.uploads.uploads import Upload, Uploads
from lossviz.experiments.visitors import Visitor
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.train.feeds import feed_of
from lossviz.ui.train.shared_backend import SharedBackend, open_shared_backend
from lossviz.ui.visitor import current_visitor, is_forgotten

WARMING_UP: Final = "starting: loading fastai takes about five seconds"
LOG_IN: Final = "Log in at the top of the page to train. What others share can be seen without."
FORGOTTEN: Final = (
    "This browser keeps no cookie for this app. What is trained here is no longer yours once this"
    " page is closed or loaded anew."
)


def starting_words(engine: VisitorEngine) -> str:
    """What an engine does that is warming up, see ``Engine.warming_up``."""
    cluster = engine.machine.cluster
    return f"starting: joining the {cluster}" if cluster else WARMING_UP


class TrainingBackend:
    """Every read of a comparison, every request to the engine and every export goes through here,
    and is refused where it is not the visitor's to do.

    Args:
        shared: What all visitors share.
        visitor: Who looks at the page.

    Attributes:
        visitor: Who looks at the page.
        store: Where the comparisons are read from that they see.
        engine: Who runs theirs; None where nothing can be trained.
        machine: What trainings run on.
        quotas: What visitors may use.
    """

    def __init__(self, shared: SharedBackend, visitor: Visitor) -> None:
        self._shared = shared
        self._guard = Guard(shared.store, visitor)
        self.visitor, self.machine = visitor, shared.machine
        self._uploads = Uploads(uploads_folder())
        self.store = VisitorStore(shared.store, self._guard)
        self.engine = (
            VisitorEngine(shared.engine, self._guard, room_problem=shared.room_problem)
            if shared.engine
            else None
        )
        self.quotas = read_deployment().quotas

    @property
    def can_start(self) -> bool:
        """Whether the visitor can train something here and now."""
        return self.engine is not None and may_start(self.visitor)

    @property
    def obstacles(self) -> list[str]:
        """Why nothing can be trained, and what happened to the database, where there is such; the
        details, such as paths, are the deployer's to know.
        """
        found = [text for text in (self._shared.obstacle, self._shared.notice) if text]
        if self.visitor.is_deployer:
            return found
        return ["Nothing can be trained here at present."] if self._shared.obstacle else []

    def may(self, action: Action, comparison: Comparison) -> bool:
        """Whether the visitor may do something with a comparison, so that it is offered."""
        return may(self.visitor, action, comparison)

    def uploads(self) -> list[Upload]:
        """What the visitor has uploaded, the newest first; nothing before they log in.

        Side effects: reads the folder of uploads.
        """
        return self._uploads.of(self.visitor.key) if may_start(self.visitor) else []

    def add_upload(self, archive: BinaryIO, name: str) -> Upload:
        """Keep a zip of images for the visitor.

        Raises:
            NotAllowed: They have not logged in.
            LossvizError: See ``Uploads.add``, and ``QuotaExceeded``.

        Side effects: writes to the folder of uploads.
        """
        require_known(self.visitor)
        now = time.time()
        admit = admit_within(self.quotas, self._uploads, now=now)
        return self._uploads.add(archive, name=name, owner=self.visitor.key, now=now, admit=admit)

    @property
    def can_import(self) -> bool:
        """Whether the visitor can put comparisons of files into the database."""
        return may_start(self.visitor)

    def import_file(self, content: bytes) -> Imported:
        """See ``VisitorStore.import_file``.

        Raises:
            EngineError: There is no room on the disk.
        """
        if problem := self._shared.room_problem():
            raise EngineError(problem)
        return self.store.import_file(content, quotas=self.quotas)

    def remove_upload(self, upload: Upload) -> None:
        """Remove an upload of the visitor's.

        Raises:
            NotAllowed: It is another's.

        Side effects: removes files.
        """
        require_known(self.visitor)
        if upload.reference.owner != self.visitor.key:
            raise NotAllowed("only the visitor who uploaded it can remove it")
        self._uploads.remove(upload.reference)

    def feed(self, comparison_id: str) -> Feed:
        """What a page that shows a comparison reads again and again.

        Raises:
            NotAllowed: The visitor may not see it.
        """
        self._guard.require_seen(comparison_id)
        return feed_of(self._shared.store, comparison_id)

    def for_deployer(self) -> SharedBackend:
        """What all visitors share, as it is.

        Raises:
            NotAllowed: The visitor is not the deployer.
        """
        if not self.visitor.is_deployer:
            raise NotAllowed("only the deployer may see that")
        return self._shared

    def delete(self, comparison_id: str) -> None:
        """See ``delete_comparison``."""
        shared = self._shared
        delete_comparison(shared.store, shared.engine, self._guard, comparison_id)
        if shared.retention:
            shared.retention.make_room()

    def open_recording(self, recording: Recording) -> Comparison:
        """A recording, put into the database where it is not there, see ``open_recording``. Every
        visitor may: it is the same for all, and nobody's.
        """
        return open_recording(self._shared.store, recording)

    def restore(self, comparison_id: str) -> None:
        """Bring a deleted comparison back, see ``restore_comparison``."""
        restore_comparison(self._shared.store, self._guard, comparison_id, quotas=self.quotas)


def show_obstacles(backend: TrainingBackend) -> None:
    """Say why nothing can be trained, what happened to the database, and that the visitor's own
    things cannot be theirs, where there is such.
    """
    for obstacle in backend.obstacles:
        st.warning(escape_markdown(obstacle))
    if not may_start(backend.visitor):
        st.info(LOG_IN, icon=":material/login:")
    elif is_forgotten():
        st.warning(FORGOTTEN, icon=":material/cookie_off:")


def open_backend() -> TrainingBackend:
    """The store and the engine of this process, for the visitor who looks at the page.

    Raises:
        StoreError: The database cannot be used.

    Side effects: see ``open_shared_backend``.
    """
    return TrainingBackend(open_shared_backend(), current_visitor())
