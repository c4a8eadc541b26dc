"""The playground's story, as one table: six steps that set it, each with something to do.

What a sentence says of trainings holds over the seeds that the playground judges; the tests train
them. Settings were chosen on other seeds.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Final

from lossviz.losses.parsing import loss_from_spec
from lossviz.ui.playground.offer import offered


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the story.

    Attributes:
        title: In a few words.
        text: What is to know.
        task: What the reader is to do, and to watch.
        play: The settings, as state/codec.js writes them.
        losses: One for each network, as ``loss_from_spec`` reads them.
    """

    title: str
    text: str
    task: str
    play: str
    losses: tuple[str, ...]


STEPS: Final = (
    Step(
        title="What a boundary is",
        text=(
            "The map shows which class the network finds most probable where. At a boundary two"
            " classes are equally probable. The larger a point, the larger its share of the"
            " gradient: cross-entropy pulls at it by 1 − p, and p grows as the boundaries move away"
            " from it. After 300 steps a tenth of the points has more than a quarter of the"
            " gradient, and fewer than one in twenty test points lie on the wrong side."
        ),
        task="Press Play, and watch the points shrink that the boundaries have passed.",
        play="steps.is.300",
        losses=("cross_entropy",),
    ),
    Step(
        title="One outlier",
        text=(
            "One training point lies far on the wrong side, and without a hidden layer the boundary"
            " is a straight line. On average over 20 seeds this one of 61 points has more than a"
            " fifth of cross-entropy's gradient after 100 steps. The dot product's pull is"
            " p·(1 − p), so it gives up a point whose p is near 0: the same point has less than a"
            " twentieth. The inverse, 1/p, runs after it so hard that in most trainings its"
            " numbers overflow, and it stops."
        ),
        task="Press Play, and compare the outlier's size on the maps. Then drag it home.",
        play="outliers.is.1~classes.is.2~points.is.60~layers.is.~speed.is.20~steps.is.100",
        losses=("cross_entropy", "dot_product", "inverse"),
    ),
    Step(
        title="Forty per cent wrong labels",
        text=(
            "Four training labels in ten are wrong, those of the test points are right."
            " Cross-entropy learns the wrong ones too: from step 100 to step 1,000 its training"
            " error falls, and its test error rises, on average over 20 seeds. The generalised loss"
            " with q = 0.7 weighs a point by p^0.7, the dot product by p: both listen less to what"
            " they get wrong. After 1,000 steps both have a lower test error than cross-entropy,"
            " over 20 seeds."
        ),
        task="Press Play, and watch where the two errors of cross-entropy part.",
        play=(
            "noise.is.0.4~layers.is.16_16~optimizer.is.adam~rate.is.0.03~speed.is.240~steps.is.1000"
        ),
        losses=("cross_entropy", "generalized:q=0.7", "dot_product"),
    ),
    Step(
        title="Imbalance",
        text=(
            "The first class has 20 training points for one of the last, but as many test points."
            " With each of these losses the test error is more than twice the training error after"
            " 1,000 steps, and most of the test errors are in the rarest class, on average over 20"
            " seeds. The dot product is the worst of them, over 20 seeds: it gives up what it gets"
            " wrong, and that is the rarest class."
        ),
        task="Press Play, and watch on which map the rarest class gets its region last.",
        play=("imbalance.is.20~points.is.300~spread.is.0.9~layers.is.8~speed.is.240~steps.is.1000"),
        losses=("cross_entropy", "focal", "inverse_power:k=0.5", "dot_product"),
    ),
    Step(
        title="A loss that hardly starts",
        text=(
            "With K classes p is about 1/K at the start, and the dot product weighs a point by p:"
            " a fifth of what cross-entropy gives it here, 1/37 with the article's 37 classes."
            " After 1,000 steps of SGD its test error is more than four times that of"
            " cross-entropy, on average over 20 seeds. Five times the loss, −5p, makes up for the"
            " weight at the start. It has a lower test error than −p, and still a higher one than"
            " cross-entropy, over 20 seeds."
        ),
        task="Press Play, and watch on which map the spirals are found first.",
        play=(
            "data.is.spirals~classes.is.5~points.is.300~spread.is.0.1~layers.is.16_16~speed.is.240"
            "~steps.is.1000"
        ),
        losses=("cross_entropy", "dot_product", "-5*p"),
    ),
    Step(
        title="Your own",
        text=(
            "Type a loss: any formula of p, such as 1 - p^2. One run shows what it does, not"
            " whether it is better: with another seed it may be the other way round."
        ),
        task="Change the formula while it trains. Then compare the losses over 20 seeds.",
        play="data.is.moons~classes.is.2~spread.is.0.4~noise.is.0.2",
        losses=("cross_entropy", "1 - p^2"),
    ),
)


@cache
def story_json() -> str:
    """The steps as ``StoryStep`` of view/story.js describes them."""
    steps = [
        {
            "title": step.title,
            "text": step.text,
            "task": step.task,
            "play": step.play,
            "losses": [offered(loss_from_spec(spec)) for spec in step.losses],
        }
        for step in STEPS
    ]
    return json.dumps(steps, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
