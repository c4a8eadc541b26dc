"""The curves of the losses: what each penalises, and what its parameters change."""

from lossviz.ui.curves.lab import curve_lab
from lossviz.ui.frame import begin_page
from lossviz.ui.loss_picker import pick_losses
from lossviz.ui.story.old_links import follow_old_link

follow_old_link()
begin_page("pages/penalty_curves.py")
curve_lab(pick_losses())
