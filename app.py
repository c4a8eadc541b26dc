"""The front page: one question, answered by a loss under the visitor's hand, and the ways on."""

from lossviz.ui.frame import begin_page
from lossviz.ui.front_page import front_page
from lossviz.ui.loss_picker import show_warning
from lossviz.ui.page_cards import page_cards
from lossviz.ui.state.selection import read_selection
from lossviz.ui.state.view import is_shown

begin_page("app.py")

selection = read_selection()
show_warning(selection)
front_page(selection)
if is_shown("ways"):
    page_cards()
