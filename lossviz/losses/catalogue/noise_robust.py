"""Losses of the true class's probability alone that were made for noisy labels.

They are bounded, or bound the influence of a single example.
"""

from dataclasses import replace

from lossviz.losses.catalogue.sources import GENERALISED_CROSS_ENTROPY
from lossviz.losses.loss import Loss
from lossviz.losses.parameter import Parameter, SpecialValue
from lossviz.losses.reference import Reference

_ZHOU = Reference(
    authors="Zhou, Liu, Jiang, Gao, Ji",
    year=2021,
    title="Asymmetric Loss Functions for Learning with Noisy Labels",
    link="https://arxiv.org/abs/2106.03110",
    equation="the definitions of AGCE, AUL and AEL",
)

NOISE_ROBUST_LOSSES = (
    Loss(
        key="mean_absolute_error",
        name="mean absolute error",
        text="2*(1-p)",
        meaning=(
            "The absolute difference between prediction and target, summed over the classes:"
            " 2·(1 − p)."
        ),
        when_to_use=(
            "Use it where many labels are wrong at random, as its paper does: its sum over all"
            " labels is the same for every prediction."
        ),
        caveat=(
            "It is the dot product up to scale and shift: examples that are badly wrong get"
            " almost no weight, and the best answer always gives one class probability 1."
        ),
        reference=Reference(
            authors="Ghosh, Kumar, Sastry",
            year=2017,
            title="Robust Loss Functions under Label Noise for Deep Neural Networks",
            link="https://arxiv.org/abs/1712.09482",
            equation="the definition of MAE beside CCE and MSE",
        ),
    ),
    Loss(
        key="symmetric_cross_entropy",
        name="symmetric cross-entropy",
        text="-alpha*log(p) + beta*A*(1-p)",
        parameters=(
            Parameter(
                name="alpha",
                value=0.1,
                minimum=0.0,
                maximum=6.0,
                meaning=("Larger: a low p gets more weight relative to a high one, unless β is 0."),
                special_values=(
                    SpecialValue(
                        value=0.0, name="reverse cross-entropy alone", equals="mean_absolute_error"
                    ),
                ),
            ),
            Parameter(
                name="beta",
                value=1.0,
                minimum=0.0,
                maximum=6.0,
                meaning=("Larger: a low p gets less weight relative to a high one, unless α is 0."),
                special_values=(
                    SpecialValue(value=0.0, name="cross-entropy", equals="cross_entropy"),
                ),
            ),
            Parameter(
                name="A",
                value=4.0,
                minimum=1.0,
                maximum=16.0,
                step=0.1,
                meaning=(
                    "Larger: log 0 is taken as a lower number, which has the same effect as a"
                    " larger β."
                ),
                special_values=(
                    SpecialValue(value=4.0, name="the paper's choice, log 0 taken as −4"),
                    SpecialValue(
                        value=9.210340371976182, name="the released code's clip at 0.0001"
                    ),
                ),
            ),
        ),
        meaning=(
            "Cross-entropy in both directions: of the prediction under the label, and of the"
            " label under the prediction, with log 0 taken as −A."
        ),
        when_to_use="Use it where some labels are wrong, as its paper does.",
        caveat=(
            "Up to scale it is Poly-1 with ε = β·A/α. With α and β both 0 it is 0 for every"
            " prediction."
        ),
        reference=Reference(
            authors="Wang, Ma, Chen, Luo, Yi, Bailey",
            year=2019,
            title="Symmetric Cross Entropy for Robust Learning with Noisy Labels",
            link="https://arxiv.org/abs/1908.06112",
            equation="the definition of symmetric learning with α and β",
        ),
    ),
    Loss(
        key="huberised",
        name="partially Huberised cross-entropy",
        text="where(p > 1/tau, -log(p), -tau*p + log(tau) + 1)",
        parameters=(
            Parameter(
                name="tau",
                value=10.0,
                minimum=1.0,
                maximum=100.0,
                step=0.1,
                meaning=(
                    "Larger: the line begins at a lower p, and a low p gets more weight"
                    " relative to a high one."
                ),
                special_values=(
                    SpecialValue(value=1.0, name="dot product", equals="dot_product"),
                    SpecialValue(value=2.0, name="the lower of the paper's two choices"),
                    SpecialValue(value=10.0, name="the higher of the paper's two choices"),
                ),
            ),
        ),
        meaning=(
            "Cross-entropy down to p = 1/τ, and below it a straight line: the slope in p is"
            " never steeper than τ."
        ),
        when_to_use="Use it where some labels are wrong, as its paper does.",
        caveat=(
            "Below p = 1/τ an example gets less weight, the lower its p: with more classes"
            " than τ, training starts there. Where a true probability is below 1/τ, the true"
            " probabilities are not its best answer."
        ),
        reference=Reference(
            authors="Menon, Rawat, Reddi, Kumar",
            year=2020,
            title="Can Gradient Clipping Mitigate Label Noise?",
            link="https://openreview.net/forum?id=rklB76EKPr",
            equation="the definition of PHuber-CE",
        ),
    ),
    Loss(
        key="truncated",
        name="truncated generalised cross-entropy",
        text="where(p > k, (1-p**q)/q, (1-k**q)/q)",
        parameters=(
            Parameter(
                name="k",
                value=0.5,
                minimum=0.0,
                maximum=0.95,
                meaning="Larger: more examples are left out.",
                special_values=(
                    SpecialValue(
                        value=0.0, name="generalised cross-entropy", equals="generalized:q=0.7"
                    ),
                ),
            ),
            Parameter(
                name="q",
                value=0.7,
                minimum=0.01,
                maximum=1.0,
                meaning=(
                    "Larger: among the examples that are kept, a low p gets less weight"
                    " relative to a high one."
                ),
            ),
        ),
        meaning=(
            "Generalised cross-entropy, but an example with p at or below k costs a constant and"
            " has no weight."
        ),
        when_to_use=(
            "Use it after some epochs of another loss, as its paper does: it leaves out the"
            " examples that are still predicted badly."
        ),
        caveat=(
            "With 1/k classes or more, equal probabilities, as at the start, give no gradient"
            " at all."
        ),
        reference=replace(
            GENERALISED_CROSS_ENTROPY,
            equation="the definition of the truncated L_q loss, section 3.3",
        ),
    ),
    Loss(
        key="agce",
        name="asymmetric generalised cross-entropy",
        text="((a+1)**q - (a+p)**q)/q",
        parameters=(
            Parameter(
                name="a",
                value=0.6,
                minimum=0.01,
                maximum=10.0,
                step=0.1,
                meaning="Larger: the loss approaches the dot product.",
            ),
            Parameter(
                name="q",
                value=0.6,
                minimum=0.01,
                maximum=5.0,
                step=0.1,
                meaning="Larger: a low p gets less weight relative to a high one.",
                special_values=(SpecialValue(value=1.0, name="dot product", equals="dot_product"),),
            ),
        ),
        meaning=(
            "Generalised cross-entropy of p + a instead of p, up to a constant, so that its"
            " slope stays finite at p = 0."
        ),
        when_to_use=(
            "Use it where wrong labels stay a minority in every class, as its paper does. The"
            " paper also adds it to normalised cross-entropy."
        ),
        caveat=(
            "A low p gets less weight than a high one, whatever a and q. With q of 1 or more"
            " the best answer always gives one class probability 1."
        ),
        reference=_ZHOU,
    ),
    Loss(
        key="aue",
        name="asymmetric unhinged",
        text="((a-p)**q - (a-1)**q)/q",
        parameters=(
            Parameter(
                name="a",
                value=5.5,
                minimum=1.1,
                maximum=10.0,
                step=0.1,
                meaning="Larger: the loss approaches the dot product.",
            ),
            Parameter(
                name="q",
                value=3.0,
                minimum=0.01,
                maximum=5.0,
                step=0.1,
                meaning="Larger: a low p gets more weight relative to a high one.",
                special_values=(SpecialValue(value=1.0, name="dot product", equals="dot_product"),),
            ),
        ),
        meaning="The distance from p to a number a above 1, raised to the power q.",
        when_to_use="Use it where wrong labels stay a minority in every class, as its paper does.",
        caveat=(
            "The weight rises with p only up to p = a/q. With q of 1 or less the best answer"
            " always gives one class probability 1."
        ),
        reference=_ZHOU,
    ),
    Loss(
        key="ael",
        name="asymmetric exponential",
        text="exp(-p/a)",
        parameters=(
            Parameter(
                name="a",
                value=2.5,
                minimum=0.1,
                maximum=10.0,
                step=0.1,
                meaning=(
                    "Larger: a low p gets less weight relative to a high one, and the loss"
                    " approaches the dot product."
                ),
            ),
        ),
        meaning="An exponential in p that falls from 1 to exp(−1/a).",
        when_to_use="Use it where wrong labels stay a minority in every class, as its paper does.",
        caveat="It never reaches 0. The weight rises with p only up to p = a.",
        reference=_ZHOU,
    ),
    Loss(
        key="jensen_shannon",
        name="Jensen–Shannon",
        text=(
            "pi1*(-log(1-(1-pi1)*(1-p))) + (1-pi1)*(p*(log(p) - log(1-(1-pi1)*(1-p))) +"
            " (1-p)*(-log(1-pi1)))"
        ),
        parameters=(
            Parameter(
                name="pi1",
                value=0.5,
                minimum=0.01,
                maximum=0.99,
                meaning=(
                    "Larger: a low p gets less weight relative to a high one; the loss moves"
                    " from cross-entropy towards the mean absolute error."
                ),
                special_values=(
                    SpecialValue(value=0.5, name="the classic Jensen–Shannon divergence"),
                ),
            ),
        ),
        meaning=(
            "How far label and prediction each differ from their mixture, with weights π₁ and"
            " 1 − π₁."
        ),
        when_to_use=(
            "Use it where some labels are wrong, as its paper does. No prediction costs more than"
            " the entropy of the two weights."
        ),
        caveat=(
            "The paper divides it by −(1 − π₁)·log(1 − π₁), a constant factor. Between a soft"
            " target and a prediction it is not an expectation over the classes."
        ),
        reference=Reference(
            authors="Englesson, Azizpour",
            year=2021,
            title="Generalized Jensen-Shannon Divergence Loss for Learning with Noisy Labels",
            link="https://arxiv.org/abs/2105.04522",
            equation="the definition of L_JS, without its divisor Z",
        ),
        soft_targets=False,
    ),
)
