"""What stands behind every sentence that Python says on the playground."""

from typing import Final

from tests.support.claims import Cited, Claim

LEARNS_IN_THE_BROWSER: Final = Cited(
    source="tests/browser/test_playground_offline.py: they go on learning without the server"
)
_ALL_ALIKE_BUT_THE_LOSS: Final = Cited(
    source="lossviz/ui/components/playground/engine/run.js: one draw of weights and of each batch"
    " for all networks"
)

PLAYGROUND: dict[str, Claim] = {
    "Small networks learn in front of you, each with another loss: the same points, the same"
    " initial weights, the same batches.": (LEARNS_IN_THE_BROWSER, _ALL_ALIKE_BUT_THE_LOSS),
}
