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
            "1 minus the cosine of the angle between prediction and target, whatever the"
            " prediction's length."
        ),
        when_to_use=(
            "Use it where each class has few examples and there is no pretrained network, as"
            " its paper does. It is proper."
        ),
        caveat=(
            "Examples that are badly wrong get almost no weight, and so do those that are"
            " nearly right. The paper takes the cosine of the network's outputs, not of their"
            " softmax."
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
        meaning="The squared distance between prediction and target: 0 at the target, at most 2.",
        when_to_use=("Use it where the probabilities themselves matter: it is proper."),
        caveat=(
            "Examples that are badly wrong get almost no weight: where the other classes have"
            " equal probabilities, the weight is proportional to p·(1 − p)."
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
                    "Larger: more of the target is spread over all classes, and the best"
                    " answer is less certain."
                ),
                special_values=(
                    SpecialValue(value=0.0, name="cross-entropy", equals="cross_entropy"),
                    SpecialValue(value=0.1, name="the paper's choice"),
                ),
            ),
        ),
        meaning=(
            "Cross-entropy with a share ε of the target spread evenly over all classes:"
            " predictions that are too certain cost more again."
        ),
        when_to_use="Use it against overconfidence, as its paper does.",
        caveat=(
            "It is lowest at p = 1 − ε + ε/K: training lowers a p that is above. A network"
            " trained with it is a worse teacher for distillation (Müller et al. 2019)."
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
                meaning="Larger: the best answer is less certain.",
                special_values=(
                    SpecialValue(value=0.0, name="cross-entropy", equals="cross_entropy"),
                ),
            ),
        ),
        meaning=(
            "Cross-entropy minus β times the entropy of the prediction: uncertain predictions"
            " cost less."
        ),
        when_to_use="Use it where networks become overconfident, as its paper does.",
        caveat="For β above 0 it is negative somewhere, and not lowest at p = 1.",
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
            "Cross-entropy as a share of what all labels together would cost: between 0 and 1, and"
            " the shares of all labels add up to 1."
        ),
        when_to_use=(
            "Use it together with a loss such as the mean absolute error, as its paper does"
            " against wrong labels."
        ),
        caveat=(
            "Alone it underfits, its paper finds. It also falls where p stays the same and"
            " the other classes share the rest less evenly."
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
                    "Larger: the loss moves from normalised cross-entropy towards the dot product."
                ),
                special_values=(SpecialValue(value=1.0, name="dot product", equals="dot_product"),),
            ),
        ),
        meaning=(
            "Generalised cross-entropy as a share of what all labels together would cost: the"
            " shares of all labels add up to 1."
        ),
        when_to_use=(
            "Use it together with a loss such as the mean absolute error, as its paper does"
            " against wrong labels."
        ),
        caveat="Alone it underfits, its paper finds.",
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
                meaning="Larger: the true class stops contributing sooner as p grows.",
                special_values=(SpecialValue(value=0.0, name="the released code's choice"),),
            ),
            Parameter(
                name="gn",
                value=4.0,
                minimum=0.0,
                maximum=8.0,
                step=0.1,
                meaning=(
                    "Larger: a wrong class stops contributing sooner as its probability falls."
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
                meaning="Larger: more of the target is spread over all classes.",
                special_values=(
                    SpecialValue(value=0.0, name="cross-entropy", equals="cross_entropy"),
                ),
            ),
        ),
        meaning=("Label smoothing with two exponents: gp for the true class, gn for all others."),
        when_to_use=(
            "Use it instead of label smoothing where nearly certain predictions should not be"
            " lowered: with gp = 0 and gn = 4 they are not."
        ),
        caveat=(
            "The paper is about many labels per image; this is the single-label form of its"
            " released code, where gn acts only through ε. With a large gp and ε and a small"
            " gn, the best answer can give the most probable class the lowest probability."
        ),
        reference=Reference(
            authors="Ben-Baruch, Ridnik, Zamir, Noy, Friedman, Protter, Zelnik-Manor",
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
        meaning="1 minus the true class's lead over the most probable other class.",
        when_to_use=(
            "Use it to see a margin loss on probabilities: only the true class and the most"
            " probable other class count."
        ),
        caveat=(
            "It is 0 at p = 1 only. Where no class has a majority, equal probabilities are a"
            " best answer, whichever class is most probable."
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
