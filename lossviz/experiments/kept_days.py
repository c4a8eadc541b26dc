"""For how long deleting a comparison can be undone."""

from typing import Final

KEPT_DAYS: Final = 7  # unless room is needed
