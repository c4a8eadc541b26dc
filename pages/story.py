"""The article as a story: seven steps, each with something to do."""

from lossviz.ui.frame import begin_page
from lossviz.ui.story.layout import draw_step
from lossviz.ui.story.story_state import PAGE, read_story, sync_step_from_url

sync_step_from_url()
begin_page(PAGE)
draw_step(read_story())
