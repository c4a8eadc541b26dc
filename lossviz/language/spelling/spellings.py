"""How people write formulas: the tables of what is read as what, and of what is refused, each with
the words to write instead. ``respelling.py`` applies them.
"""

import re
from types import MappingProxyType
from typing import Final

# of one character, read wherever it stands; NFKC does the rest, such as full-width letters
CHARACTERS: Final = MappingProxyType(
    {
        **dict.fromkeys("−–—‐‑‒", "-"),
        **dict.fromkeys("×·⋅∙•∗✕✖⨯", "*"),
        **dict.fromkeys("÷∕⁄", "/"),
        **dict.fromkeys("≤⩽", "<="),
        **dict.fromkeys("≥⩾", ">="),
        "^": "**",
        "∣": "|",
        # invisible: the soft hyphen, joiners, and what stands for a product or a call
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\u2061\u2062\ufeff", ""),
        # hats, tildes and bars over the letter in front
        **dict.fromkeys("\u0302\u0303\u0304\u0305", ""),
    }
)
DOTS_FOR_TIMES: Final = "·⋅∙•"  # between two digits one may be a decimal point
FRACTIONS: Final = MappingProxyType(
    {
        "½": "0.5", "¼": "0.25", "¾": "0.75", "⅕": "0.2", "⅖": "0.4", "⅗": "0.6", "⅘": "0.8",
        "⅛": "0.125", "⅜": "0.375", "⅝": "0.625", "⅞": "0.875", "⅒": "0.1",
    }
)  # fmt: skip
SUPERSCRIPTS: Final = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱᵃᵇᶜᵈᵉᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵝᵞᵟ"
SUBSCRIPTS: Final = "₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ"
GREEK: Final = MappingProxyType(
    {
        "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "eps", "ζ": "zeta",
        "η": "eta", "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lam", "μ": "mu", "ν": "nu",
        "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi",
        "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta",
        "Λ": "Lambda", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
    }
)  # fmt: skip

# in front of a function or a constant, as in np.log
LIBRARIES: Final = (
    "torch.nn.functional", "tf.math", "tf.nn", "tf", "jax.numpy", "jnp", "numpy", "np", "torch",
    "math", "keras.ops", "ops", "sympy", "sp", "F", "K",
)  # fmt: skip
FUNCTION_NAMES: Final = MappingProxyType(
    {
        "ln": "log", "log_e": "log", "absolute": "abs", "fabs": "abs", "minimum": "min",
        "maximum": "max", "average": "mean", "reduce_sum": "sum", "reduce_mean": "mean",
    }
)  # fmt: skip
# {0} is the first argument, [0] the same in brackets unless it is one number or name
FUNCTION_TEMPLATES: Final = MappingProxyType(
    {
        "log2": "log({0})/log(2)",
        "log_2": "log({0})/log(2)",
        "log10": "log({0})/log(10)",
        "log_10": "log({0})/log(10)",
        "sigmoid": "1/(1 + exp(-[0]))",
        "expit": "1/(1 + exp(-[0]))",
        "softplus": "log(1 + exp({0}))",
        "relu": "max({0}, 0)",
        "square": "[0]**2",
        "pow": "[0]**[1]",
        "power": "[0]**[1]",
        "clip": "min(max({0}, {1}), {2})",
        "clamp": "min(max({0}, {1}), {2})",
    }
)
# of a name that no parameter is declared by
NAMES: Final = MappingProxyType(
    {
        **dict.fromkeys(
            ("p_t", "pt", "p_true", "ptrue", "p_y", "py", "p_correct", "p_target", "p_gt"), "p"
        ),
        **dict.fromkeys(("p_hat", "phat", "p_theta", "P_t", "Pt"), "p"),
        **dict.fromkeys(("p_j", "p_i", "p_k", "p_c"), "pj"),
        **dict.fromkeys(("num_classes", "n_classes"), "K"),
        "lambda": "lam",
        **dict.fromkeys(("Pi", "PI"), "pi"),
    }
)

_PROBABILITY = "the variable is p, the predicted probability of the true class"
_VECTOR = f"{_PROBABILITY}; every class's is pj, as in sum(pj**2)"
_TARGET = "the target needs no name: p is the probability of the class that it names"
_LOGITS = "a formula is of probabilities, the softmax of the logits; write p, or pj inside sum(...)"
_SUM = "sum runs over all classes by itself; write sum(...) with pj, such as sum(pj**2)"
_LOSS = "write the formula of the loss in its place"
INDEXED: Final = "p is the probability of the true class, pj inside sum(...) each class's"
REFUSED_NAMES: Final = MappingProxyType(
    {
        "x": f"{_PROBABILITY}; write p for x",
        "E": "write e for 2.718..., or declare E as a parameter: ; E=1",
        **dict.fromkeys(("y_hat", "yhat", "y_pred", "pred", "preds"), _VECTOR),
        **dict.fromkeys(("prob", "probs", "prediction", "predictions", "outputs"), _VECTOR),
        **dict.fromkeys(("y", "y_true", "target", "targets", "label"), _TARGET),
        **dict.fromkeys(("z", "logit", "logits", "scores"), _LOGITS),
        **dict.fromkeys(("softmax", "log_softmax", "logsumexp"), _LOGITS),
        **dict.fromkeys(("sum_j", "sum_i", "sum_k", "sum_c", "Sum", "sigma_j"), _SUM),
        **dict.fromkeys(("CE", "ce", "NLL", "nll", "cross_entropy"), f"{_LOSS}: -log(p)"),
        **dict.fromkeys(("BCE", "bce"), f"{_LOSS}: -log(p)"),
        **dict.fromkeys(("MAE", "mae"), f"{_LOSS}: 2*(1-p)"),
        **dict.fromkeys(("MSE", "mse", "L2"), f"{_LOSS}: 1 - 2*p + sum(pj**2)"),
        **dict.fromkeys(("log_p", "log_pt", "log_prob", "logpt"), "write log(p)"),
        "lg": "log10 or log2? write log10(...) or log2(...), or log(...) for the natural logarithm",
        **dict.fromkeys(("inf", "infinity", "infty", "nan"), "write a number"),
        **dict.fromkeys(("i", "j"), "pj runs over all classes by itself, without an index"),
    }
)
REFUSED_CHARACTERS: Final = MappingProxyType(
    {
        "$": "leave it out, and write the formula as in log(p)/2",
        "∑": _SUM,
        "Σ": _SUM,
        "∏": "there is no product over the classes; write exp(sum(log(...)))",
        "Π": "there is no product over the classes; write exp(sum(log(...)))",
        "∞": "write a number",
        "∛": "write x**(1/3) for a cube root of x",
        "!": "there is neither a factorial nor !=",
        "%": "write 0.5 for 50%",
        "'": "leave quotes out",
        '"': "leave quotes out",
        "`": "leave quotes out",
        ":": "write / for division, where(p < 0.5, a, b) for cases",
        "=": "parameters stand behind a semicolon, as in p**-k; k=0.5",
        "?": "write where(p < 0.5, a, b) for cases",
        "#": "leave remarks out",
        "⅓": "write (1/3)",
        "⅔": "write (2/3)",
        "⅙": "write (1/6)",
        "⅚": "write (5/6)",
    }
)
# after a backslash
TEX: Final = MappingProxyType(
    {
        **dict.fromkeys(("frac", "dfrac", "tfrac"), "write (a)/(b)"),
        **dict.fromkeys(("cdot", "times", "ast"), "write * for times"),
        **dict.fromkeys(("log", "ln", "exp", "min", "max", "tanh", "sin", "cos"), "write {0}(...)"),
        "sqrt": "write sqrt(...)",
        "sum": _SUM,
        **dict.fromkeys(("left", "right", "big", "Big", "bigl", "bigr"), "leave it out"),
        **dict.fromkeys(("alpha", "beta", "gamma", "delta", "theta", "tau", "pi"), "write {0}"),
        **dict.fromkeys(("epsilon", "varepsilon"), "write eps"),
        "lambda": "write lam",
        "hat": "write p",
    }
)
# after a dot, as in p.clamp(min=1e-7)
METHODS: Final = MappingProxyType(
    {
        **dict.fromkeys(("clamp", "clip", "clamp_min"), "write max(p, 1e-7) for p.clamp(min=1e-7)"),
        **dict.fromkeys(
            ("log", "exp", "sqrt", "abs", "tanh", "sin", "cos"), "write {0}(p) for p.{0}()"
        ),
        "pow": "write p**2 for p.pow(2)",
        **dict.fromkeys(
            ("mean", "sum"), "leave .{0}() out: a loss is of one example, and a batch's is the mean"
        ),
    }
)
# letters of other alphabets that look like Latin ones
LOOKALIKES: Final = MappingProxyType(
    dict(zip("аеорсухкіјАЕОРСУХКІ", "aeopcyxkijAEOPCYXKI", strict=True))
)
SLOT: Final = re.compile(r"\{(\d)\}|\[(\d)\]")  # of an argument in a template


def template_arity(function: str) -> int:
    """How many arguments a function's template has; 0 where it has no template.

    >>> template_arity("clip"), template_arity("log")
    (3, 0)
    """
    return len({slot[0] for slot in SLOT.finditer(FUNCTION_TEMPLATES.get(function, ""))})
