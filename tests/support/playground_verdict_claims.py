"""What stands behind the sentences about the playground's trainings over seeds."""

from tests.support.claims import Cited, Claim
from tests.support.verdict_claims import VERDICT

_SEEDS = Cited(source="tests/browser/test_playground_seeds.py")
_INDEPENDENT = Cited(source="the paired t of independent draws of everything that varies")
_MEANING = Cited(source="what the words mean")
_SPLITS = next(claim for sentence, claim in VERDICT.items() if "Nadeau and Bengio" in sentence)

PLAYGROUND_VERDICT: dict[str, Claim] = {
    "In each seed all losses get the same points, initial weights and batches.": _SEEDS,
    "Each seed draws all of these anew.": _SEEDS,
    "So the sentences above hold for new points that are drawn the same way, and for the mean over"
    " many trainings: in a single one it may be the other way round.": _INDEPENDENT,
    "They say nothing about other data, other networks or longer trainings.": _MEANING,
    "Each seed splits the same images differently into training points and test points.": _SEEDS,
    "So the sentences above hold for these images, and say less about new ones: that interval is"
    " wider (Nadeau and Bengio 2003), and more seeds do not close it.": _SPLITS,
    "The training points are those that were drawn by hand, the same in every seed; a seed draws"
    " test points around them, initial weights and batches.": _SEEDS,
    "So the sentences above hold for these training points, and no number of seeds says how the"
    " losses would compare on others.": _MEANING,
    "Training points that were drawn or changed by hand are the same in every seed.": _SEEDS,
}
