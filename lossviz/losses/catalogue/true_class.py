"""Losses of the true class's probability alone that reshape cross-entropy.

Some for hard examples, some for noisy labels.
"""

from lossviz.losses.catalogue.sources import ALPHA_LOSS
from lossviz.losses.loss import Loss
from lossviz.losses.parameter import Parameter, SpecialValue
from lossviz.losses.reference import Reference

MAX_ORDER = 8
_TAYLOR = " + ".join(
    ["(1-p)", *(f"where(t >= {i}, (1-p)**{i}/{i}, 0)" for i in range(2, MAX_ORDER + 1))]
)

TRUE_CLASS_LOSSES = (
    Loss(
        key="alpha",
        name="alpha-loss",
        text="a/(a-1)*(1-p**((a-1)/a))",
        parameters=(
            Parameter(
                name="a",
                value=2.0,
                minimum=0.5,
                maximum=10.0,
                step=0.1,
                meaning="Larger: a low p gets less weight relative to a high one.",
                special_values=(
                    SpecialValue(value=0.5, name="inverse", equals="inverse"),
                    SpecialValue(value=5 / 6, name="inverse power", equals="inverse_power:k=0.2"),
                    SpecialValue(value=1.0, name="cross-entropy", equals="cross_entropy"),
                    SpecialValue(value=2.0, name="square root of p", equals="generalized:q=0.5"),
                ),
            ),
        ),
        meaning="Generalised cross-entropy with q = (a − 1)/a, derived from information theory.",
        when_to_use=(
            "Use it as its paper does: a below 1 where classes are imbalanced, a above 1 where"
            " labels may be wrong."
        ),
        caveat=(
            "Its curves are those of generalised cross-entropy: only the parameter is defined"
            " differently."
        ),
        reference=ALPHA_LOSS,
    ),
    Loss(
        key="focal",
        name="focal",
        text="-(1-p)**gamma*log(p)",
        parameters=(
            Parameter(
                name="gamma",
                value=2.0,
                minimum=0.0,
                maximum=5.0,
                step=0.1,
                meaning=(
                    "Larger: examples with p above 0.5 get less weight relative to those below."
                ),
                special_values=(
                    SpecialValue(value=0.0, name="cross-entropy", equals="cross_entropy"),
                    SpecialValue(value=2.0, name="the paper's choice"),
                ),
            ),
        ),
        meaning=(
            "Cross-entropy times (1 − p)^γ, so that many easy examples do not outweigh a few"
            " hard ones."
        ),
        when_to_use=(
            "Use it where easy examples outnumber hard ones by far, as its paper does in object"
            " detection."
        ),
        caveat=(
            "Where one class has a majority, its best answer is less certain than the true"
            " probabilities. For γ above 0 the weight is greatest at some p between 0 and"
            " 0.5, not at 0."
        ),
        reference=Reference(
            authors="Lin, Goyal, Girshick, He, Dollár",
            year=2017,
            title="Focal Loss for Dense Object Detection",
            link="https://arxiv.org/abs/1708.02002",
            equation="equation 4",
        ),
    ),
    Loss(
        key="poly",
        name="Poly-1",
        text="-log(p) + eps*(1-p)",
        parameters=(
            Parameter(
                name="eps",
                value=2.0,
                minimum=-1.0,
                maximum=10.0,
                step=0.1,
                meaning="Larger: a low p gets less weight relative to a high one.",
                special_values=(
                    SpecialValue(value=-1.0, name="without the first Taylor term"),
                    SpecialValue(value=0.0, name="cross-entropy", equals="cross_entropy"),
                    SpecialValue(value=2.0, name="the paper's choice for ImageNet"),
                ),
            ),
        ),
        meaning=(
            "Cross-entropy is the infinite sum of (1 − p)^n/n: this loss adds ε to the first"
            " coefficient."
        ),
        when_to_use=(
            "Use it as its paper does, by searching over ε: which value is best depends there"
            " on the task and the data set."
        ),
        caveat=(
            "It rewards overconfidence for ε above 0, and predictions that are not certain"
            " enough below."
        ),
        reference=Reference(
            authors="Leng, Tan, Liu, Cubuk, Shi, Cheng, Anguelov",
            year=2022,
            title="PolyLoss: A Polynomial Expansion Perspective of Classification Loss Functions",
            link="https://arxiv.org/abs/2204.12511",
            equation="the definition of L_Poly-1",
        ),
    ),
    Loss(
        key="taylor",
        name="Taylor cross-entropy",
        text=_TAYLOR,
        parameters=(
            Parameter(
                name="t",
                value=2.0,
                minimum=1.0,
                maximum=float(MAX_ORDER),
                step=1.0,
                unit="terms",
                meaning="Larger: a low p gets more weight relative to a high one.",
                special_values=(
                    SpecialValue(
                        value=1.0, name="half the mean absolute error", equals="mean_absolute_error"
                    ),
                ),
            ),
        ),
        meaning=(
            "Cross-entropy's series in powers of 1 − p, cut after t terms: an example's"
            " weight is 1 − (1 − p)^t."
        ),
        when_to_use=(
            "Use it where some labels are wrong, as its paper does. The fewer terms, the less its"
            " sum over all labels depends on the prediction."
        ),
        caveat=(
            "It costs at most 1 + 1/2 + … + 1/t. Between two whole values of t nothing changes."
        ),
        reference=Reference(
            authors="Feng, Shu, Lin, Lv, Li, An",
            year=2020,
            title="Can Cross Entropy Loss Be Robust to Label Noise?",
            link="https://doi.org/10.24963/ijcai.2020/305",
            equation="the definition of the Taylor cross-entropy loss, before theorem 1",
        ),
    ),
)
