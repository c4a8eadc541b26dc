"""The losses of the article that lossviz grew from, and the one family that holds them all."""

from lossviz.losses.loss import Loss
from lossviz.losses.parameter import Parameter, SpecialValue
from lossviz.losses.reference import Reference

_ALPHA_LOSS = (
    "A Tunable Loss Function for Robust Classification: Calibration, Landscape, and Generalization"
)

ARTICLE_LOSSES = (
    Loss(
        key="cross_entropy",
        name="cross-entropy",
        text="-log(p)",
        meaning="The surprise at the truth. It hears every example with the same weight.",
        when_to_use=(
            "Use it first and compare everything else with it: it is calibrated, convex in the"
            " logits and hard to beat on clean labels."
        ),
        caveat=(
            "Nothing bounds it, so a few wrong labels can dominate the mean and, late in training,"
            " be learned by heart."
        ),
        reference=Reference(
            authors="Good",
            year=1952,
            title="Rational Decisions",
            link="https://doi.org/10.1111/j.2517-6161.1952.tb00104.x",
            equation="the logarithmic fee for a forecaster",
        ),
    ),
    Loss(
        key="dot_product",
        name="dot product",
        text="-p",
        meaning=(
            "How far the prediction points along the target. It hears an example only as much as it"
            " already gets it right."
        ),
        when_to_use=(
            "Use it where many labels are wrong and the task is easy, or to feel what a bounded"
            " loss does."
        ),
        caveat=(
            "It hardly hears what it gets wrong: training starts slowly and may never learn the"
            " hard classes; probabilities run to 0 and 1."
        ),
        reference=Reference(
            authors="van Rooyen, Menon, Williamson",
            year=2015,
            title="Learning with Symmetric Label Noise: The Importance of Being Unhinged",
            link="https://arxiv.org/abs/1505.07634",
            equation="the unhinged loss 1 − v, here of the probability",
        ),
    ),
    Loss(
        key="inverse",
        name="inverse",
        text="1/p",
        meaning=(
            "No tolerance: the worse an example is predicted, the more it drowns out all others."
        ),
        when_to_use=(
            "Use it to see the far end of the family, or where a single miss is worse than anything"
            " else and the labels are certain."
        ),
        caveat=(
            "One example at p = 0.001 outweighs a thousand sure ones: one wrong label or a high"
            " learning rate, and training may diverge."
        ),
        reference=Reference(
            authors="Sypherd, Diaz, Cava, Dasarathy, Kairouz, Sankar",
            year=2019,
            title=_ALPHA_LOSS,
            link="https://arxiv.org/abs/1906.02314",
            equation="the definition of α-loss, at α = 1/2",
        ),
    ),
    Loss(
        key="inverse_power",
        name="inverse power",
        text="p**-k",
        parameters=(
            Parameter(
                name="k",
                value=0.2,
                minimum=0.01,
                maximum=2.0,
                meaning="Turned up, the loss listens more to what it gets wrong.",
                special_values=(
                    SpecialValue(
                        value=0.2, name="the article's choice", equals="generalized:q=-0.2"
                    ),
                    SpecialValue(value=1.0, name="inverse", equals="inverse"),
                ),
            ),
        ),
        meaning=(
            "The inverse, tamed by a small power: the invention of the article that lossviz grew"
            " from."
        ),
        when_to_use=(
            "Use it with a small k where the labels are clean and the rare, hard examples matter"
            " more than cross-entropy lets them."
        ),
        caveat=(
            "Any gain over cross-entropy is small and needs several seeds to show; a large k"
            " behaves like the inverse."
        ),
        reference=Reference(
            authors="Sypherd, Diaz, Cava, Dasarathy, Kairouz, Sankar",
            year=2019,
            title=_ALPHA_LOSS,
            link="https://arxiv.org/abs/1906.02314",
            equation="the definition of α-loss, at α = 1/(1 + k)",
        ),
    ),
    Loss(
        key="generalized",
        name="generalised cross-entropy",
        text="(1-p**q)/q",
        parameters=(
            Parameter(
                name="q",
                value=0.7,
                minimum=-1.0,
                maximum=1.0,
                meaning=(
                    "Turned up, the loss trusts its own prediction more and a surprising label"
                    " less."
                ),
                special_values=(
                    SpecialValue(value=-1.0, name="1/p, the inverse", equals="inverse"),
                    SpecialValue(
                        value=-0.2, name="p**-0.2, the article's", equals="inverse_power:k=0.2"
                    ),
                    SpecialValue(value=0.0, name="cross-entropy", equals="cross_entropy"),
                    SpecialValue(value=0.7, name="the paper's choice"),
                    SpecialValue(value=1.0, name="dot product", equals="dot_product"),
                ),
            ),
        ),
        meaning=(
            "One family for all of them: q slides from the dot product through cross-entropy to the"
            " inverse."
        ),
        when_to_use=(
            "Use it where some labels are wrong: q between 0.5 and 0.8 keeps most of"
            " cross-entropy's speed and much of the dot product's calm."
        ),
        caveat=(
            "Too large a q underfits where classes are many; below 0 it is the opposite of robust,"
            " which the paper does not study."
        ),
        reference=Reference(
            authors="Zhang, Sabuncu",
            year=2018,
            title=(
                "Generalized Cross Entropy Loss for Training Deep Neural Networks with Noisy Labels"
            ),
            link="https://arxiv.org/abs/1805.07836",
            equation="equation 6",
        ),
    ),
)
