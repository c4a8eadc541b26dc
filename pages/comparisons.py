"""All comparisons in one table: find them again, join them, note what they showed."""

import streamlit as st

from lossviz.errors import LossvizError
from lossviz.ui.comparisons.controls import table_controls
from lossviz.ui.comparisons.empty import show_empty
from lossviz.ui.comparisons.selected import show_selected
from lossviz.ui.comparisons.tables import show_tables
from lossviz.ui.comparisons.view_state import read_view, view_warnings
from lossviz.ui.files.import_field import import_field
from lossviz.ui.frame import begin_page
from lossviz.ui.messages import show_error
from lossviz.ui.state.comparisons_query import sync_comparisons_from_url
from lossviz.ui.state.view import is_shown
from lossviz.ui.train.backend import open_backend, show_obstacles
from lossviz.ui.train.deleted import show_deleted, show_undo
from lossviz.ui.train.gallery.gallery_cards import show_gallery
from lossviz.ui.train.place import sync_place
from lossviz.ui.train.unreadable_rows import show_unreadable

sync_comparisons_from_url()
begin_page("pages/comparisons.py")
sync_place()

try:
    training = open_backend()
    show_obstacles(training)
    rows, unreadable = training.store.bench_rows()
    show_unreadable(unreadable)
    show_undo(training)
    if rows:
        view = read_view().value
        for problem in view_warnings(rows):
            st.warning(problem, icon=":material/link_off:")
        if is_shown("comparisons"):
            table_controls(rows, view, with_others=not training.visitor.owns_all)
            show_tables(training, rows, view)
    elif not unreadable:
        show_empty(training)
    if training.can_import:
        import_field(training)
    show_deleted(training)
    if rows:
        show_selected(training, rows, view)
    show_gallery(training)
except LossvizError as error:
    show_error(error)
