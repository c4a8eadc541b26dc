"""The words that a newcomer may not know, each with its meaning: one table.

A page marks each word where it first stands, in any of its forms, and the glossary lists them all.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

Group = Literal["Predictions", "Losses", "Training", "Results"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word of the glossary.

    Attributes:
        name: As the glossary lists it.
        group: Under which heading.
        forms: How it is written on the pages, in lower case; a form's plural in s is one too.
        meaning: One or two sentences.
        seen: Where the app shows it: a text with a link, in Markdown; empty for words that are
            everywhere.
        other_senses: Phrases in which a form means something else.
    """

    name: str
    group: Group
    forms: tuple[str, ...]
    meaning: str
    seen: str = ""
    other_senses: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """In the address of its entry.

        >>> TERMS["learning-rate"].name
        'learning rate'
        """
        return self.name.replace(" ", "-")


_TABLE: Final = "[Penalty curves](penalty_curves), in the table under the chart"

_TERMS = (
    Term(
        name="logit",
        group="Predictions",
        forms=("logit",),
        meaning=(
            "A network's output for a class, before the softmax: any number. The class with the"
            " highest logit is the one it predicts."
        ),
        seen="[Geometry](geometry?mode=logits), two classes, from logits",
    ),
    Term(
        name="softmax",
        group="Predictions",
        forms=("softmax",),
        meaning=(
            "Turns logits into probabilities that add up to 1: e to the power of each logit,"
            " divided by the sum of these over all classes."
        ),
        seen="[Geometry](geometry?mode=logits), two classes, from logits",
    ),
    Term(
        name="odds",
        group="Predictions",
        forms=("odds",),
        meaning=(
            "p : (1 − p), how many times as probable the true class is as all others together:"
            " p = 0.75 are odds of 3."
        ),
        seen="[Penalty curves](penalty_curves?x=odds), as the horizontal axis",
    ),
    Term(
        name="logit margin",
        group="Predictions",
        forms=("logit margin", "log odds"),
        meaning=(
            "The logarithm of the odds, ln(p / (1 − p)): 0 at p = 0.5. With two classes it is how"
            " far the true class's logit is above the other."
        ),
        seen="[Penalty curves](penalty_curves?x=margin), as the horizontal axis",
    ),
    Term(
        name="entropy",
        group="Predictions",
        forms=("entropy",),
        meaning=(
            "How undecided a prediction is: 0 where one class has probability 1, greatest where all"
            " classes have the same."
        ),
        other_senses=("cross-entropy", "binary entropy"),
    ),
    Term(
        name="soft target",
        group="Predictions",
        forms=("soft target",),
        meaning=(
            "A target that shares its probability between several classes, such as 0.3 and 0.7. A"
            " hard target is 1 for the true class and 0 for all others."
        ),
        seen="[Geometry](geometry), two classes, with the target dragged off its axis",
    ),
    Term(
        name="penalty",
        group="Losses",
        forms=("penalty", "penalties"),
        meaning="What a loss makes a prediction cost: its value f(p), the height of its curve.",
        seen=_TABLE,
        other_senses=("confidence penalty",),
    ),
    Term(
        name="slope",
        group="Losses",
        forms=("slope",),
        meaning=(
            "How the penalty changes as p grows: its derivative f′(p), negative where the penalty"
            " falls."
        ),
        seen="[Penalty curves](penalty_curves?view=slope)",
    ),
    Term(
        name="weight",
        group="Losses",
        forms=("weight",),
        meaning=(
            "How much an example counts in the gradient: −p times the slope. With cross-entropy"
            " each example has weight 1; a loss of p alone has cross-entropy's gradient times this"
            " weight."
        ),
        seen="[Penalty curves](penalty_curves?view=weight)",
        other_senses=(
            "weight decay",
            "initial weights",
            "pretrained weights",
            "network's weights",
            "weights of the network",
            "with weights",
            "the two weights",
            "epochs, weights",
            "network weights",
            "average with weight",
        ),
    ),
    Term(
        name="pull",
        group="Losses",
        forms=("pull",),
        meaning=(
            "How hard one example pushes the logit of the true class up, or down where it is"
            " negative: its weight times (1 − p)."
        ),
        seen="[Penalty curves](penalty_curves?view=pull)",
    ),
    Term(
        name="gradient",
        group="Losses",
        forms=("gradient",),
        meaning=(
            "The derivatives of the loss with respect to what is trained. Each step of training"
            " goes against it, as the loss falls fastest there."
        ),
        seen="[Penalty curves](penalty_curves), under “Who gets the gradient?”",
        other_senses=("gradient clipping",),
    ),
    Term(
        name="flow",
        group="Losses",
        forms=("flow", "gradient flow"),
        meaning=(
            "The path of a prediction that always moves against the gradient of its loss: training"
            " in infinitely small steps."
        ),
        seen="[Geometry](geometry?lab=simplex), three classes",
    ),
    Term(
        name="expected loss",
        group="Losses",
        forms=("expected loss", "expected losses"),
        meaning=(
            "What a prediction costs on average where the true class is uncertain: each class's"
            " penalty times the probability that it is the true one, added up."
        ),
        seen="[Geometry](geometry?lab=simplex), three classes",
    ),
    Term(
        name="proper",
        group="Losses",
        forms=("proper", "improper"),
        meaning=(
            "A loss is proper if no prediction has a lower expected loss than the true"
            " probabilities. An improper one rewards predictions that are too certain or not"
            " certain enough."
        ),
        seen="[Geometry](geometry?lab=simplex&truth=0.5,0.3,0.2), three classes",
    ),
    Term(
        name="convex",
        group="Losses",
        forms=("convex",),
        meaning=(
            "A function is convex if no straight line between two of its points runs below it:"
            " each of its minima is its lowest value."
        ),
    ),
    Term(
        name="overconfidence",
        group="Losses",
        forms=("overconfidence", "overconfident"),
        meaning=(
            "Giving answers a higher probability than the share of these answers that is right."
        ),
        seen="[Train](train), under a comparison's results, in its panel Calibration",
    ),
    Term(
        name="seed",
        group="Training",
        forms=("seed",),
        meaning=(
            "The number that fixes what is random in a training: how the images are split, the"
            " initial weights, the order of the batches. With the same seed all losses get the"
            " same."
        ),
        seen="[Train](train), in the form",
    ),
    Term(
        name="trial",
        group="Training",
        forms=("trial",),
        meaning="One training: of one loss, with one seed.",
        seen="[Train](train)",
    ),
    Term(
        name="epoch",
        group="Training",
        forms=("epoch",),
        meaning="One pass through all training images.",
        seen="[Playground](playground), where one button trains an epoch",
    ),
    Term(
        name="batch",
        group="Training",
        forms=("batch", "batches"),
        meaning="The images of one step of training, whose gradients are averaged.",
        seen="[Playground](playground), where one step takes a batch",
    ),
    Term(
        name="learning rate",
        group="Training",
        forms=("learning rate",),
        meaning=(
            "How far a step of training goes for a given gradient. Too low, training is slow; too"
            " high, it diverges."
        ),
        seen="[Train](train), in the form",
    ),
    Term(
        name="pretrained",
        group="Training",
        forms=("pretrained", "pretraining"),
        meaning="Trained before, on other images: training begins with these weights.",
        seen="[Train](train), in the form",
    ),
    Term(
        name="fine-tune",
        group="Training",
        forms=("fine-tune", "fine-tuned", "fine-tuning", "fine_tune"),
        meaning=(
            "To train a pretrained network on new images: first its last layers only, then all of"
            " them."
        ),
        seen="[Train](train), in the form",
    ),
    Term(
        name="frozen",
        group="Training",
        forms=("frozen",),
        meaning="Layers that training leaves as they are, while it changes the others.",
        seen="[Train](train), in the form",
    ),
    Term(
        name="diverge",
        group="Training",
        forms=("diverge", "diverged", "diverging"),
        meaning=(
            "A training diverges if its loss grows until it is infinite or no number; it is stopped"
            " then."
        ),
        seen="[Train](train), with a learning rate that is too high",
    ),
    Term(
        name="label noise",
        group="Training",
        forms=("label noise", "noisy label", "wrong label"),
        meaning="Images whose label in the training data names another class than they show.",
        seen="[Playground](playground), as wrong labels, and [Train](train), in the form",
    ),
    Term(
        name="validation",
        group="Results",
        forms=("validation",),
        meaning=(
            "A measurement on images that are not used for training, so that a network cannot have"
            " memorised them."
        ),
        seen="[Train](train)",
    ),
    Term(
        name="error rate",
        group="Results",
        forms=("error rate",),
        meaning="The share of the validation images that a network assigns to a wrong class.",
        seen="[Train](train), in the table of results",
    ),
    Term(
        name="baseline",
        group="Results",
        forms=("baseline",),
        meaning="The loss with which each other loss of a comparison is compared.",
        seen="[Train](train), in the form",
    ),
    Term(
        name="paired difference",
        group="Results",
        forms=("paired difference", "paired"),
        meaning=(
            "The difference between two losses that were trained with the same seed. What the seed"
            " decides is the same for both, and so does not blur it."
        ),
        seen="[Train](train), in the table of results",
    ),
    Term(
        name="interval",
        group="Results",
        forms=("interval", "confidence interval"),
        meaning=(
            "The range in which a value probably lies: of many 95% intervals, each from new data,"
            " 95 in 100 hold the true value."
        ),
        seen="[Train](train), in the table of results",
    ),
    Term(
        name="calibration",
        group="Results",
        forms=("calibration", "calibrated", "uncalibrated"),
        meaning=(
            "How well a network's probabilities agree with how often it is right: of the answers"
            " that a calibrated network gives a probability of 0.8, 8 in 10 are right."
        ),
        seen="[Train](train), under a comparison's results, in its panel Calibration",
    ),
    Term(
        name="temperature",
        group="Results",
        forms=("temperature", "temperature scaling"),
        meaning=(
            "A number by which all logits are divided. Above 1 it makes every prediction less"
            " certain; which class is predicted never changes."
        ),
        seen="[Train](train), under a comparison's results, in its panel Calibration",
    ),
)
TERMS = MappingProxyType({term.key: term for term in _TERMS})
"""A read-only mapping of key to ``Term``, in the glossary's order."""
