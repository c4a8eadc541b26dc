"""Losses of all classes' probabilities, not of the true class's alone."""

from lossviz.losses.loss import Loss
from lossviz.losses.parameter import Parameter, SpecialValue
from lossviz.losses.reference import Reference

_MA = Reference(
    authors="Ma, Huang, Wang, Romano, Erfani, Bailey",
    year=2020,
    title="Normalized Loss Functions for Deep Learning with Noisy Labels",
    link="https://arxiv.org/abs/2006.13554",
    equation="the definitions of NCE and NGCE",
)

ALL_CLASSES_LOSSES = (
    Loss(
        key="cosine",
        name="cosine",
        text="1 - p/sqrt(sum(pj**2))",
        meaning=(
            "The angle between prediction and target, whatever the prediction's length: p against"
            " the length of all probabilities."
        ),
        when_to_use=(
            "Use it where each class has only a handful of examples and there is no pretrained"
            " network to start from."
        ),
        caveat=(
            "Bounded, and slow where p is small; the paper takes the cosine of the network's"
            " outputs with softmax as one choice among others."
        ),
        reference=Reference(
            authors="Barz, Denzler",
            year=2020,
            title="Deep Learning on Small Datasets without Pre-Training using Cosine Loss",
            link="https://arxiv.org/abs/1901.09054",
            equation="the definition of L_cos, with one-hot targets",
        ),
    ),
    Loss(
        key="brier",
        name="Brier score",
        text="1 - 2*p + sum(pj**2)",
        meaning=(
            "The squared distance between prediction and target: 0 at the truth, 2 at a sure error."
        ),
        when_to_use=(
            "Use it where the probabilities themselves are wanted: it is proper like cross-entropy,"
            " but a sure error costs no more than 2."
        ),
        caveat=(
            "Sure errors are hardly corrected, because the slope vanishes with the softmax:"
            " training from a bad start is slow."
        ),
        reference=Reference(
            authors="Brier",
            year=1950,
            title="Verification of Forecasts Expressed in Terms of Probability",
            link="https://doi.org/10.1175/1520-0493%281950%29078%3C0001:VOFEIT%3E2.0.CO;2",
            equation="the definition of the verification score P, for one forecast",
        ),
    ),
    Loss(
        key="label_smoothing",
        name="label smoothing",
        text="-(1-eps)*log(p) - eps*mean(log(pj))",
        parameters=(
            Parameter(
                name="eps",
                value=0.1,
                minimum=0.0,
                maximum=0.9,
                meaning=(
                    "Turned up, more of the target is spread over all classes and the best"
                    " prediction is less sure."
                ),
                special_values=(
                    SpecialValue(value=0.0, name="cross-entropy", equals="cross_entropy"),
                    SpecialValue(value=0.1, name="the paper's choice"),
                ),
            ),
        ),
        meaning=(
            "Cross-entropy with a target that admits a little doubt: being too sure costs as well."
        ),
        when_to_use=(
            "Use it to keep large classifiers from overconfidence; it is a common default in image"
            " classification."
        ),
        caveat=(
            "The loss is no longer least at p = 1, and probabilities come out too low by design; it"
            " spoils a teacher for distillation."
        ),
        reference=Reference(
            authors="Szegedy, Vanhoucke, Ioffe, Shlens, Wojna",
            year=2015,
            title="Rethinking the Inception Architecture for Computer Vision",
            link="https://arxiv.org/abs/1512.00567",
            equation="section 7",
        ),
    ),
    Loss(
        key="confidence_penalty",
        name="confidence penalty",
        text="-log(p) + beta*sum(pj*log(pj))",
        parameters=(
            Parameter(
                name="beta",
                value=0.1,
                minimum=0.0,
                maximum=2.0,
                meaning="Turned up, predictions are held further from certainty.",
                special_values=(
                    SpecialValue(value=0.0, name="cross-entropy", equals="cross_entropy"),
                ),
            ),
        ),
        meaning=(
            "Cross-entropy that pays a bonus for doubt: the entropy of the prediction is"
            " subtracted."
        ),
        when_to_use=(
            "Use it where predictions grow too sure, and doubt should follow the classes that the"
            " network finds alike."
        ),
        caveat=(
            "The loss can be negative and is no longer least at p = 1; a beta that suits one data"
            " set may be ten times too large for another."
        ),
        reference=Reference(
            authors="Pereyra, Tucker, Chorowski, Kaiser, Hinton",
            year=2017,
            title="Regularizing Neural Networks by Penalizing Confident Output Distributions",
            link="https://arxiv.org/abs/1701.06548",
            equation="section 3, the objective with β",
        ),
    ),
    Loss(
        key="normalised_cross_entropy",
        name="normalised cross-entropy",
        text="log(p)/sum(log(pj))",
        meaning=(
            "Cross-entropy as a share of what all labels together would cost: lies between 0 and 1,"
            " and sums to 1 over the labels."
        ),
        when_to_use=(
            "Use it together with a loss such as the mean absolute error, which is how the paper"
            " uses it against wrong labels."
        ),
        caveat=(
            "Alone it underfits: raising the cost of the other labels lowers it as well as learning"
            " the true one does."
        ),
        reference=_MA,
    ),
    Loss(
        key="normalised_generalized",
        name="normalised generalised cross-entropy",
        text="(1-p**q)/(K - sum(pj**q))",
        parameters=(
            Parameter(
                name="q",
                value=0.7,
                minimum=0.01,
                maximum=1.0,
                meaning=(
                    "Turned up, the loss moves from normalised cross-entropy to the dot product."
                ),
                special_values=(SpecialValue(value=1.0, name="dot product", equals="dot_product"),),
            ),
        ),
        meaning="Generalised cross-entropy as a share of what all labels together would cost.",
        when_to_use=(
            "Use it as the active half of a pair with the mean absolute error where many labels are"
            " wrong."
        ),
        caveat=(
            "Its size falls with the number of classes, so it needs a weight or a higher learning"
            " rate; alone it underfits."
        ),
        reference=_MA,
    ),
    Loss(
        key="asymmetric",
        name="asymmetric, single label",
        text="-(1-eps+eps/K)*(1-p)**gp*log(p) - eps/K*(sum(pj**gn*log(pj)) - p**gn*log(p))",
        parameters=(
            Parameter(
                name="gp",
                value=0.0,
                minimum=0.0,
                maximum=5.0,
                step=0.1,
                meaning="Turned up, examples that are already right fall silent sooner.",
                special_values=(SpecialValue(value=0.0, name="the released code's choice"),),
            ),
            Parameter(
                name="gn",
                value=4.0,
                minimum=0.0,
                maximum=8.0,
                step=0.1,
                meaning=(
                    "Turned up, the smoothed target's share on a wrong class counts only where that"
                    " class is likely."
                ),
                special_values=(
                    SpecialValue(
                        value=0.0, name="label smoothing", equals="label_smoothing:eps=0.1"
                    ),
                    SpecialValue(value=4.0, name="the released code's choice"),
                ),
            ),
            Parameter(
                name="eps",
                value=0.1,
                minimum=0.0,
                maximum=0.9,
                meaning="Turned up, more of the target is spread over all classes.",
                special_values=(
                    SpecialValue(value=0.0, name="cross-entropy", equals="cross_entropy"),
                ),
            ),
        ),
        meaning=(
            "Label smoothing with two ears: one focusing exponent for the true class, another for"
            " all the others."
        ),
        when_to_use=(
            "Use it where you would use label smoothing, but its pull on classes that are unlikely"
            " anyway is unwanted."
        ),
        caveat=(
            "The paper is about many labels per image; this is its released single-label form,"
            " where gn acts only through eps."
        ),
        reference=Reference(
            authors="Ridnik, Ben-Baruch, Zamir, Noy, Friedman, Protter, Zelnik-Manor",
            year=2020,
            title="Asymmetric Loss For Multi-Label Classification",
            link="https://arxiv.org/abs/2009.14119",
            equation="the asymmetric focusing; ASLSingleLabel in the authors' code",
        ),
    ),
    Loss(
        key="hinge",
        name="hinge",
        text="1 - p + where(sum(where(pj >= p, 1, 0)) > 1, max(pj), max(where(pj < p, pj, 0)))",
        meaning="The lead of the true class over its strongest rival, which should be 1.",
        when_to_use=(
            "Use it to see a margin loss on probabilities, where only the true class and one rival"
            " are heard."
        ),
        caveat=(
            "On probabilities the margin is reached only at certainty, so unlike on scores it never"
            " rests; the rival may switch at every step. For a soft target it is not an expectation"
            " over the classes."
        ),
        reference=Reference(
            authors="Crammer, Singer",
            year=2001,
            title="On the Algorithmic Implementation of Multiclass Kernel-based Vector Machines",
            link="https://www.jmlr.org/papers/v2/crammer01a.html",
            equation="section 3, there on scores",
        ),
        soft_targets=False,
    ),
)
