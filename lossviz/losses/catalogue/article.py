"""The losses of the article that lossviz grew from, and the one family that holds them all."""

from dataclasses import replace

from lossviz.losses.catalogue.sources import ALPHA_LOSS, GENERALISED_CROSS_ENTROPY
from lossviz.losses.loss import Loss
from lossviz.losses.parameter import Parameter, SpecialValue
from lossviz.losses.reference import Reference

ARTICLE_LOSSES = (
    Loss(
        key="cross_entropy",
        name="cross-entropy",
        text="-log(p)",
        meaning=(
            "How surprised the model is by the right answer: −log p. Every example has the"
            " same weight."
        ),
        when_to_use=(
            "Use it first, and compare everything else with it: it is proper, and convex in"
            " the logits."
        ),
        caveat=(
            "It has no upper bound: the lower the p of a label, right or wrong, the more it costs."
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
            "Minus the dot product of prediction and target: −p. An example's weight is its p."
        ),
        when_to_use=(
            "Use it to see a loss that tolerates wrong labels: its sum over all labels is the same"
            " for every prediction."
        ),
        caveat=(
            "Examples that are badly wrong get almost no weight, and the best answer always"
            " gives one class probability 1."
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
        meaning=("An example's weight is 1/p, so the worst predicted examples dominate."),
        when_to_use="Use it to see the other end of the article's family, (1 − p^q)/q at q = −1.",
        caveat=(
            "One example at p = 0.001 gets as much weight as a thousand at p = 1, whether its"
            " label is right or wrong."
        ),
        reference=replace(ALPHA_LOSS, equation="the definition of α-loss, at α = 1/2"),
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
                meaning="Larger: a low p gets more weight relative to a high one.",
                special_values=(
                    SpecialValue(
                        value=0.2, name="the article's choice", equals="generalized:q=-0.2"
                    ),
                    SpecialValue(value=1.0, name="inverse", equals="inverse"),
                ),
            ),
        ),
        meaning=(
            "The inverse to a small power, 1/p^k: the loss that the article behind lossviz"
            " proposes. It approaches cross-entropy as k approaches 0, and is the inverse at"
            " k = 1."
        ),
        when_to_use=(
            "Use it with a small k to give hard examples somewhat more weight than cross-entropy"
            " does."
        ),
        caveat=(
            "Its best answer is less certain than the true probabilities. In the article it"
            " beat cross-entropy by one image of 1,478, in one run each."
        ),
        reference=replace(ALPHA_LOSS, equation="the definition of α-loss, at α = 1/(1 + k)"),
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
                meaning="Larger: a low p gets less weight relative to a high one.",
                special_values=(
                    SpecialValue(value=-1.0, name="1/p, the inverse", equals="inverse"),
                    SpecialValue(
                        value=-0.2, name="1/p^0.2, the article's", equals="inverse_power:k=0.2"
                    ),
                    SpecialValue(value=0.0, name="cross-entropy", equals="cross_entropy"),
                    SpecialValue(value=0.7, name="the paper's choice"),
                    SpecialValue(value=1.0, name="dot product", equals="dot_product"),
                ),
            ),
        ),
        meaning=(
            "A family that contains the article's four losses: dot product at q = 1,"
            " cross-entropy at 0, the article's own at −0.2, the inverse at −1."
        ),
        when_to_use=(
            "Use it with q above 0 where some labels are wrong, as its paper does. The nearer q is"
            " to 1, the less its sum over all labels depends on the prediction."
        ),
        caveat=(
            "It rewards overconfidence for q above 0, and predictions that are not certain"
            " enough below. The paper does not study q below 0."
        ),
        reference=GENERALISED_CROSS_ENTROPY,
    ),
)
