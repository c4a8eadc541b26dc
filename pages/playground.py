"""The playground: small networks learn in the browser, each with another loss."""

from lossviz.ui.frame import begin_page
from lossviz.ui.loss_picker import show_warning
from lossviz.ui.playground.lab import playground_lab
from lossviz.ui.state.selection import read_selection

begin_page("pages/playground.py")
show_warning(read_selection())
playground_lab()
