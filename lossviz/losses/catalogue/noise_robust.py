"""Losses of the true class's probability alone that were made for noisy labels.

They are bounded, or bound the influence of a single example.
"""

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
            "How far the whole prediction lies from the target, summed over the classes: twice what"
            " the true class is missing."
        ),
        when_to_use=(
            "Use it where a large share of the labels is wrong at random: the best classifier for"
            " it is the same with and without such noise."
        ),
        caveat=(
            "It learns slowly and can stall, the more so the more classes there are; it is the dot"
            " product at twice the step."
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
                meaning=(
                    "Turned up, cross-entropy speaks louder: faster learning, of wrong labels too."
                ),
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
                meaning="Turned up, the reverse, noise-tolerant half speaks louder.",
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
                    "Turned up, a target's zeros count as more impossible, which is the same as a"
                    " larger beta."
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
            "Cross-entropy both ways: how surprised the prediction is by the label, and how"
            " surprised the label is by the prediction."
        ),
        when_to_use=(
            "Use it where some labels are wrong and some classes are much harder than others."
        ),
        caveat=(
            "The two weights and A are really one ratio and a step size: it is Poly-1 with eps ="
            " beta·A/alpha, times alpha."
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
                    "Turned up, cross-entropy rules down to a smaller probability before the"
                    " straight line takes over."
                ),
                special_values=(
                    SpecialValue(value=1.0, name="dot product", equals="dot_product"),
                    SpecialValue(value=2.0, name="the lower of the paper's two choices"),
                    SpecialValue(value=10.0, name="the higher of the paper's two choices"),
                ),
            ),
        ),
        meaning=(
            "Cross-entropy until an example looks hopeless, then a straight line: the slope in p is"
            " clipped, not the network's gradient."
        ),
        when_to_use="Use it as cross-entropy with a safety belt where some labels are wrong.",
        caveat=(
            "Below p = 1/tau it hears an example ever less: where classes outnumber tau, all"
            " examples are faint at the start."
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
                meaning="Turned up, more of the unlikely examples are left out altogether.",
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
                    "Turned up, what is kept is heard more in proportion to how right it"
                    " already is."
                ),
            ),
        ),
        meaning=(
            "Below the threshold k an example is taken for mislabelled, costs a constant and"
            " teaches nothing."
        ),
        when_to_use=(
            "Use it after some epochs of an ordinary loss, to drop the examples that still look"
            " wrong."
        ),
        caveat=(
            "From random weights p is below k everywhere and nothing is learned; hard but true"
            " examples are dropped with the wrong ones."
        ),
        reference=Reference(
            authors="Zhang, Sabuncu",
            year=2018,
            title=(
                "Generalized Cross Entropy Loss for Training Deep Neural Networks with Noisy Labels"
            ),
            link="https://arxiv.org/abs/1805.07836",
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
                meaning="Turned up, the curve straightens and unlikely examples are heard less.",
            ),
            Parameter(
                name="q",
                value=0.6,
                minimum=0.01,
                maximum=5.0,
                step=0.1,
                meaning=(
                    "Turned up, the loss turns from favouring the worst examples to favouring the"
                    " best."
                ),
                special_values=(SpecialValue(value=1.0, name="dot product", equals="dot_product"),),
            ),
        ),
        meaning=(
            "Generalised cross-entropy pushed aside by a, so that the likeliest label wins over a"
            " minority of wrong ones."
        ),
        when_to_use=(
            "Use it where wrong labels remain a minority in every class; the paper also adds it to"
            " normalised cross-entropy."
        ),
        caveat=(
            "Two knobs that trade off against each other; with a large a it is nearly the dot"
            " product and learns as slowly."
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
                meaning="Turned up, the curve straightens towards the dot product.",
            ),
            Parameter(
                name="q",
                value=3.0,
                minimum=0.01,
                maximum=5.0,
                step=0.1,
                meaning=(
                    "Turned up above 1, unlikely examples are heard more; below 1, sure ones are."
                ),
                special_values=(SpecialValue(value=1.0, name="dot product", equals="dot_product"),),
            ),
        ),
        meaning=(
            "The distance from p to a goal a beyond 1, bent by a power: one can always be a little"
            " more right."
        ),
        when_to_use=(
            "Use it where wrong labels remain a minority in every class and the dot product learns"
            " too slowly."
        ),
        caveat=(
            "Near a = 1 with q below 1 the slope at p = 1 grows without bound; the size of the loss"
            " changes much with a and q."
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
                    "Turned up, the curve flattens towards a straight line, and the size of its"
                    " steps shrinks."
                ),
            ),
        ),
        meaning=(
            "A gentle exponential in p: nearly the dot product, with a little more ear for the"
            " unlikely."
        ),
        when_to_use=(
            "Use it as a bounded loss with a single knob where wrong labels remain a minority in"
            " every class."
        ),
        caveat=(
            "Its slope is of the size 1/a, so compare at matched learning rates; it never"
            " reaches 0."
        ),
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
                    "Turned up, the loss moves from the shape of cross-entropy to that of the mean"
                    " absolute error."
                ),
                special_values=(
                    SpecialValue(value=0.5, name="the classic Jensen–Shannon divergence"),
                ),
            ),
        ),
        meaning=(
            "Label and prediction meet at a mixture between them, and each pays for its distance"
            " from there."
        ),
        when_to_use=(
            "Use it where some labels are wrong and you want one bounded knob between cross-entropy"
            " and the mean absolute error."
        ),
        caveat=(
            "Its size shrinks at both ends of pi1, and the paper divides by −(1 − pi1)·log(1 −"
            " pi1): raise the learning rate to match. Between a soft target and a prediction it is"
            " not an expectation over the classes."
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
