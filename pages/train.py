"""Launch a comparison of losses on real data, and watch it."""

from lossviz.errors import LossvizError
from lossviz.ui.frame import begin_page
from lossviz.ui.loss_picker import show_warning
from lossviz.ui.messages import show_error
from lossviz.ui.state.selection import read_selection
from lossviz.ui.train.backend import open_backend, show_obstacles
from lossviz.ui.train.comparison_picker import pick_comparison, read_rows
from lossviz.ui.train.comparison_view import watch_comparison
from lossviz.ui.train.deleted import show_undo
from lossviz.ui.train.empty_state import show_empty_state
from lossviz.ui.train.launching.form_folding import form_container, is_form_shown
from lossviz.ui.train.launching.forms import draw_forms
from lossviz.ui.train.place import sync_place
from lossviz.ui.train.unreadable_rows import show_unreadable

begin_page("pages/train.py")
sync_place()
show_warning(read_selection())

try:
    training = open_backend()
    show_obstacles(training)
    rows, unreadable = read_rows(training)
    comparisons = [row.comparison for row in rows]
    if is_form_shown():
        with form_container(foldable=bool(rows)):
            draw_forms(training, comparisons)
    show_unreadable(unreadable)
    show_undo(training)
    if rows:
        shown = pick_comparison(rows, unreadable, backend=training)
        watch_comparison(training, shown)
    elif not unreadable:
        show_empty_state()
except LossvizError as error:
    show_error(error)
