"""Losses of the true class's probability alone that reshape cross-entropy.

Some for hard examples, some for noisy labels.
"""

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
                meaning=(
                    "Turned up, the loss cares less about what it gets badly wrong and ends near a"
                    " soft count of errors."
                ),
                special_values=(
                    SpecialValue(value=0.5, name="inverse", equals="inverse"),
                    SpecialValue(value=5 / 6, name="inverse power", equals="inverse_power:k=0.2"),
                    SpecialValue(value=1.0, name="cross-entropy", equals="cross_entropy"),
                    SpecialValue(value=2.0, name="square root of p", equals="generalized:q=0.5"),
                ),
            ),
        ),
        meaning=(
            "Generalised cross-entropy seen from information theory: a is how strongly a guesser's"
            " better moments are rewarded."
        ),
        when_to_use=(
            "Use it as a family to search: a below 1 for rare classes on clean labels, a above 1"
            " for labels that may be wrong."
        ),
        caveat=(
            "It is generalised cross-entropy with q = (a − 1)/a: comparing the two compares only"
            " how the search steps."
        ),
        reference=Reference(
            authors="Sypherd, Diaz, Cava, Dasarathy, Kairouz, Sankar",
            year=2019,
            title=(
                "A Tunable Loss Function for Robust Classification: Calibration, Landscape, and"
                " Generalization"
            ),
            link="https://arxiv.org/abs/1906.02314",
            equation="the definition of α-loss",
        ),
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
                meaning="Turned up, examples that are already right fall silent sooner.",
                special_values=(
                    SpecialValue(value=0.0, name="cross-entropy", equals="cross_entropy"),
                    SpecialValue(value=2.0, name="the paper's choice"),
                ),
            ),
        ),
        meaning=(
            "Cross-entropy that looks away from what it already knows, so that a flood of easy"
            " examples cannot drown the few hard ones."
        ),
        when_to_use=(
            "Use it where easy examples outnumber hard ones by far, as background does objects in"
            " detection; it also tempers overconfidence."
        ),
        caveat=(
            "It amplifies wrong labels; once no example is unsure its gradient almost vanishes, and"
            " probabilities come out too low."
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
                meaning=(
                    "Turned up, the loss gains more of the dot product, which pushes on when an"
                    " example is already right."
                ),
                special_values=(
                    SpecialValue(value=-1.0, name="without the first Taylor term"),
                    SpecialValue(value=0.0, name="cross-entropy", equals="cross_entropy"),
                    SpecialValue(value=2.0, name="the paper's choice for ImageNet"),
                ),
            ),
        ),
        meaning=(
            "Cross-entropy is an endless sum of powers of 1 − p; this turns one knob, on the first"
            " of them."
        ),
        when_to_use=(
            "Use it as a cheap search of one number at the end: positive where predictions stay"
            " unsure, negative where they are too sure."
        ),
        caveat=(
            "The best value depends on the data set and may have either sign; with a large eps,"
            " compare at the same size of steps."
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
                meaning=(
                    "Turned up, the sum follows cross-entropy further down, and fits both hard"
                    " examples and wrong labels better."
                ),
                special_values=(
                    SpecialValue(
                        value=1.0, name="half the mean absolute error", equals="mean_absolute_error"
                    ),
                ),
            ),
        ),
        meaning=(
            "Cross-entropy's Taylor series at p = 1, cut short: it stays finite however wrong the"
            " prediction is."
        ),
        when_to_use=(
            "Use it where some labels are wrong and you want one whole number to choose: the paper"
            " tries 2 to 6."
        ),
        caveat=(
            "Few terms underfit where classes are many; between whole numbers the knob does"
            " nothing."
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
