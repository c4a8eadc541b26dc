"""How people write losses: what each is read as, with its value computed apart from lossviz, and
what is refused, where and in which words.
"""

from collections.abc import Callable
from math import cos, e, exp, log, pi, sqrt, tanh

CLASSES = 4


def total(p: float, term: Callable[[float], float]) -> float:
    """The sum over all classes of a term of each one's probability."""
    return term(p) + (CLASSES - 1) * term((1 - p) / (CLASSES - 1))


# typed, read as, computed
READ: tuple[tuple[str, str, Callable[[float], float]], ...] = (
    # products without a sign
    ("2p", "2*p", lambda p: 2 * p),
    ("2 p", "2*p", lambda p: 2 * p),
    ("2(1-p)", "2*(1-p)", lambda p: 2 * (1 - p)),
    ("p(1-p)", "p*(1-p)", lambda p: p * (1 - p)),
    ("p (1-p)", "p*(1-p)", lambda p: p * (1 - p)),
    ("(1-p)(1+p)", "(1-p)*(1+p)", lambda p: (1 - p) * (1 + p)),
    ("(1-p)p", "(1-p)*p", lambda p: (1 - p) * p),
    ("(1-p)log(p)", "(1-p)*log(p)", lambda p: (1 - p) * log(p)),
    ("log(p)(1-p)", "log(p)*(1-p)", lambda p: log(p) * (1 - p)),
    ("-2p log(p)", "-2*p*log(p)", lambda p: -2 * p * log(p)),
    ("3p^2(1-p)", "3*p**2*(1-p)", lambda p: 3 * p**2 * (1 - p)),
    ("-(1-p)^2 log(p)", "-(1-p)**2*log(p)", lambda p: -((1 - p) ** 2) * log(p)),
    ("2p/3", "2*p/3", lambda p: 2 * p / 3),
    ("k(1-p); k=3", "k*(1-p); k=3", lambda p: 3 * (1 - p)),
    ("w(1-p)", "w*(1-p); w=1", lambda p: 1 - p),
    ("gamma p; gamma=0.5", "gamma*p; gamma=0.5", lambda p: 0.5 * p),
    ("2πp", "2*pi*p", lambda p: 2 * pi * p),
    # powers
    ("p^2", "p**2", lambda p: p**2),
    ("p**2", "p**2", lambda p: p**2),
    ("p**1/2", "p**1/2", lambda p: p / 2),
    ("p^2/3", "p**2/3", lambda p: p**2 / 3),
    ("p²", "p**2", lambda p: p**2),
    ("p³(1-p)", "p**3*(1-p)", lambda p: p**3 * (1 - p)),
    ("-p²", "-p**2", lambda p: -(p**2)),
    ("p⁻¹", "p**-1", lambda p: 1 / p),
    ("(1-p)¹²", "(1-p)**12", lambda p: (1 - p) ** 12),
    ("pᵏ⁺¹; k=0.5", "p**(k+1); k=0.5", lambda p: p**1.5),
    ("p^-0.2", "p**-0.2", lambda p: p**-0.2),
    ("p^{-0.2}", "p**(-0.2)", lambda p: p**-0.2),
    ("p^½", "p**0.5", sqrt),
    ("2^p^2", "2**p**2", lambda p: 2 ** (p**2)),
    ("-p^2", "-p**2", lambda p: -(p**2)),
    ("e^-p^2", "e**-p**2", lambda p: exp(-(p**2))),
    ("(1-p)^γ", "(1-p)**gamma; gamma=2", lambda p: (1 - p) ** 2),
    ("(1-p)ᵞ", "(1-p)**gamma; gamma=2", lambda p: (1 - p) ** 2),
    # constants
    ("e**(-p)", "e**(-p)", lambda p: exp(-p)),
    ("e^{-p}", "e**(-p)", lambda p: exp(-p)),
    ("e^(-2p)", "e**(-2*p)", lambda p: exp(-2 * p)),
    ("cos(pi*p/2)", "cos(pi*p/2)", lambda p: cos(pi * p / 2)),
    ("cos(πp/2)", "cos(pi*p/2)", lambda p: cos(pi * p / 2)),
    ("np.pi*p", "pi*p", lambda p: pi * p),
    ("math.e**-p", "e**-p", lambda p: e**-p),
    # signs
    ("1 − p", "1 - p", lambda p: 1 - p),
    ("1 – p", "1 - p", lambda p: 1 - p),
    ("1—p", "1-p", lambda p: 1 - p),
    ("2·(1−p)", "2*(1-p)", lambda p: 2 * (1 - p)),
    ("2×p", "2*p", lambda p: 2 * p),
    ("2⋅p", "2*p", lambda p: 2 * p),
    ("2∗p", "2*p", lambda p: 2 * p),
    ("1÷p", "1/p", lambda p: 1 / p),
    ("1∕p", "1/p", lambda p: 1 / p),
    ("where(p ≤ 0.5, 1−p, p)", "where(p <= 0.5, 1-p, p)", lambda p: 1 - p if p <= 0.5 else p),
    ("where(p =< 0.5, 1-p, p)", "where(p <= 0.5, 1-p, p)", lambda p: 1 - p if p <= 0.5 else p),
    # numbers
    ("1e-3 + p", "1e-3 + p", lambda p: 1e-3 + p),
    ("1E-3p", "1E-3*p", lambda p: 1e-3 * p),
    (".5p", ".5*p", lambda p: 0.5 * p),
    ("2.*p", "2.*p", lambda p: 2 * p),
    ("1_000p", "1000*p", lambda p: 1000 * p),
    ("½p", "0.5*p", lambda p: 0.5 * p),
    ("¼(1-p)", "0.25*(1-p)", lambda p: 0.25 * (1 - p)),
    ("max(p, 1e-3)", "max(p, 1e-3)", lambda p: max(p, 1e-3)),
    ("where(p<0.5,0,1)+p", "where(p<0.5,0,1)+p", lambda p: (0 if p < 0.5 else 1) + p),
    ("min(p**2,3)", "min(p**2,3)", lambda p: p**2),
    ("max(0, 5, p) - p", "max(0, 5, p) - p", lambda p: 5 - p),
    # roots, brackets, bars
    ("√p", "sqrt(p)", sqrt),
    ("1-√(p)", "1-sqrt(p)", lambda p: 1 - sqrt(p)),
    ("√2·p", "sqrt(2)*p", lambda p: sqrt(2) * p),
    ("[1-p]^2", "(1-p)**2", lambda p: (1 - p) ** 2),
    ("{1-p}{1+p}", "(1-p)*(1+p)", lambda p: (1 - p) * (1 + p)),
    ("|p - 0.5|", "abs(p - 0.5)", lambda p: abs(p - 0.5)),
    ("2|p-1|", "2*abs(p-1)", lambda p: 2 * abs(p - 1)),
    ("max{p, 0.5}", "max(p, 0.5)", lambda p: max(p, 0.5)),
    # functions
    ("-ln(p)", "-log(p)", lambda p: -log(p)),
    ("-LN(p)", "-log(p)", lambda p: -log(p)),
    ("-Log(p)", "-log(p)", lambda p: -log(p)),
    ("-log2(p)", "-log(p)/log(2)", lambda p: -log(p) / log(2)),
    ("-log₂(p)", "-log(p)/log(2)", lambda p: -log(p) / log(2)),
    ("-log_{10}(p)", "-log(p)/log(10)", lambda p: -log(p) / log(10)),
    ("-log_2(p)/3", "-(log(p)/log(2))/3", lambda p: -log(p) / log(2) / 3),
    ("log10(p)²", "(log(p)/log(10))**2", lambda p: (log(p) / log(10)) ** 2),
    ("-2log10(p)", "-2*(log(p)/log(10))", lambda p: -2 * log(p) / log(10)),
    ("sigmoid(1-p)", "1/(1 + exp(-(1-p)))", lambda p: 1 / (1 + exp(p - 1))),
    ("1/sigmoid(p)", "1/(1/(1 + exp(-p)))", lambda p: 1 + exp(-p)),
    ("softplus(-p)", "log(1 + exp(-p))", lambda p: log(1 + exp(-p))),
    ("relu(0.5-p)", "max(0.5-p, 0)", lambda p: max(0.5 - p, 0)),
    ("pow(1-p, 2)", "(1-p)**2", lambda p: (1 - p) ** 2),
    ("-square(p)", "-p**2", lambda p: -(p**2)),
    ("-log(clip(p, 0.1, 1))", "-log(min(max(p, 0.1), 1))", lambda p: -log(max(p, 0.1))),
    ("-np.log(p)", "-log(p)", lambda p: -log(p)),
    ("-torch.log(p)", "-log(p)", lambda p: -log(p)),
    ("-math.log(p)", "-log(p)", lambda p: -log(p)),
    ("-tf.math.log(p)", "-log(p)", lambda p: -log(p)),
    ("torch.tanh(1-p)", "tanh(1-p)", lambda p: tanh(1 - p)),
    ("np.power(1-p, 3)", "(1-p)**3", lambda p: (1 - p) ** 3),
    ("np.where(p > 0.5, 1-p, 0.5)", "where(p > 0.5, 1-p, 0.5)", lambda p: min(1 - p, 0.5)),
    ("torch.maximum(p, 0.3)", "max(p, 0.3)", lambda p: max(p, 0.3)),
    ("1-2p+np.sum(pj²)", "1-2*p+sum(pj**2)", lambda p: 1 - 2 * p + total(p, lambda q: q**2)),
    # names
    ("-log(p_t)", "-log(p)", lambda p: -log(p)),
    ("-log(pt)", "-log(p)", lambda p: -log(p)),
    ("-log(p_true)", "-log(p)", lambda p: -log(p)),
    ("-log(p_{t})", "-log(p)", lambda p: -log(p)),
    ("-log(pₜ)", "-log(p)", lambda p: -log(p)),
    ("-log(p̂)", "-log(p)", lambda p: -log(p)),
    ("-log(p_y)", "-log(p)", lambda p: -log(p)),
    ("-log(P_t)", "-log(p)", lambda p: -log(p)),
    ("cos(Pi*p/2)", "cos(pi*p/2)", lambda p: cos(pi * p / 2)),
    ("-p+sum(p_j^2)", "-p+sum(pj**2)", lambda p: -p + total(p, lambda q: q**2)),
    ("-p+sum(pⱼ²)", "-p+sum(pj**2)", lambda p: -p + total(p, lambda q: q**2)),
    ("p/num_classes", "p/K", lambda p: p / CLASSES),
    ("λp; λ=3", "lam*p; lam=3", lambda p: 3 * p),
    ("lambda*p; lambda=3", "lam*p; lam=3", lambda p: 3 * p),
    ("-log(ｐ)", "-log(p)", lambda p: -log(p)),
    ("𝑝", "p", lambda p: p),
    ("-α(1−p)ᵞ ln(p)", "-alpha*(1-p)**gamma*log(p); alpha=0.25; gamma=2",
     lambda p: -0.25 * (1 - p) ** 2 * log(p)),
    ("pt*p; pt=2", "pt*p; pt=2", lambda p: 2 * p),
    # in front of and behind the formula
    ("f(p) = -log(p)", "-log(p)", lambda p: -log(p)),
    ("L = -log(p)", "-log(p)", lambda p: -log(p)),
    ("L(p) = −ln(p)", "-log(p)", lambda p: -log(p)),
    ("loss = 1-p", "1-p", lambda p: 1 - p),
    ("ℓ(p, y) = 1-p", "1-p", lambda p: 1 - p),
    ("FL(p_t) = -(1-p_t)^2 log(p_t)", "FL = -(1-p)**2*log(p)", lambda p: -((1 - p) ** 2) * log(p)),
    ("my loss = 2p", "my loss = 2*p", lambda p: 2 * p),
    ("-log(p);", "-log(p)", lambda p: -log(p)),
    ("1 - p,", "1 - p", lambda p: 1 - p),
    ("\u00a01\u2003-\tp\n", "1 - p", lambda p: 1 - p),
    ("1\u200b-\ufeffp", "1-p", lambda p: 1 - p),
    # parameters
    ("p**-k; k=0.3", "p**-k; k=0.3", lambda p: p**-0.3),
    ("q*p**-k; k=0.3, q=0.7", "q*p**-k; k=0.3; q=0.7", lambda p: 0.7 * p**-0.3),
    ("q*p**-k; k=0.3; q=0.7", "q*p**-k; k=0.3; q=0.7", lambda p: 0.7 * p**-0.3),
    ("q*p**-k, k=0.3; q=0.7", "q*p**-k; k=0.3; q=0.7", lambda p: 0.7 * p**-0.3),
    ("p**-k， k＝0.3", "p**-k; k=0.3", lambda p: p**-0.3),
    ("p**-k; k=½", "p**-k; k=0.5", lambda p: p**-0.5),
    ("p**k; k=−0.5", "p**k; k=-0.5", lambda p: p**-0.5),
    ("p**-γ; γ=0.3", "p**-gamma; gamma=0.3", lambda p: p**-0.3),
    ("p**-e; e=2", "p**-e1; e1=2", lambda p: p**-2),
    ("inverse_power:k=0.5", "inverse_power:k=0.5", lambda p: p**-0.5),
    ("symmetric_cross_entropy:alpha=1;beta=0", "symmetric_cross_entropy:alpha=1,beta=0,A=4",
     lambda p: -log(p)),
    ("inverse power, k = 0.5", "inverse_power:k=0.5", lambda p: p**-0.5),
    ("focal(gamma=3)", "focal:gamma=3", lambda p: -((1 - p) ** 3) * log(p)),
    ("Brier score", "brier", lambda p: 1 - 2 * p + total(p, lambda q: q**2)),
    # start values
    ("-log(p+eps)", "-log(p+eps); eps=1e-07", lambda p: -log(p + 1e-7)),
    ("1/(p+ε)", "1/(p+eps); eps=1e-07", lambda p: 1 / (p + 1e-7)),
    ("-log(max(p, eps))", "-log(max(p, eps)); eps=1e-07", lambda p: -log(p)),
    ("-log((1-eps)p + eps/K)", "-log((1-eps)*p + eps/K); eps=0.1",
     lambda p: -log(0.9 * p + 0.1 / CLASSES)),
    ("-log(p) + eps*(1-p)", "-log(p) + eps*(1-p); eps=2", lambda p: -log(p) + 2 * (1 - p)),
    ("c*p", "c*p; c=1", lambda p: p),
)  # fmt: skip

_X = (
    "'x' isn't allowed in a formula: the variable is p, the predicted probability of the true"
    " class; write p for x"
)
_VECTOR = (
    "isn't allowed in a formula: the variable is p, the predicted probability of the true"
    " class; every class's is pj, as in sum(pj**2)"
)
_TARGET = (
    "isn't allowed in a formula: the target needs no name: p is the probability of the class"
    " that it names"
)
_SUM = "sum runs over all classes by itself; write sum(...) with pj, such as sum(pj**2)"
_TWO_VALUES = "for two values put a space after the comma"
_DOT = "a dot after a name isn't allowed in a formula"
_INDEXED = "p is the probability of the true class, pj inside sum(...) each class's"
_EQUALS = "'=' isn't allowed in a formula; parameters stand behind a semicolon, as in p**-k; k=0.5"
_ROOT = "write sqrt(...) for a root, with brackets around what it is of"
# typed, place, words
REFUSED: tuple[tuple[str, int | None, str], ...] = (
    # names of what is not in the language
    ("1 - x", 4, _X),
    ("-y*log(p)", 1, f"'y' {_TARGET}"),
    ("-y_true*log(p)", 1, f"'y_true' {_TARGET}"),
    ("-log(y_hat)", 5, f"'y_hat' {_VECTOR}"),
    ("1 - pred", 4, f"'pred' {_VECTOR}"),
    ("-log(softmax(z))", 5,
     "'softmax' isn't allowed in a formula: a formula is of probabilities, the softmax of the"
     " logits; write p, or pj inside sum(...)"),
    ("CE + p", 0,
     "'CE' isn't allowed in a formula: write the formula of the loss in its place: -log(p)"),
    ("sum_j pj^2 - p", 0, f"'sum_j' isn't allowed in a formula: {_SUM}"),
    ("∑pj", 0, f"'∑' isn't allowed in a formula; {_SUM}"),
    ("-lg(p)", 1,
     "'lg' isn't allowed in a formula: log10 or log2? write log10(...) or log2(...), or"
     " log(...) for the natural logarithm"),
    ("P", 0, "unknown name 'P'; did you mean 'p'? To use 'P' as a parameter, declare it: ; P=1"),
    ("l*p", 0,
     "unknown name 'l'. It can't be used as a parameter's name; choose another."),
    ("a+b+c+d+m+n+r+s+t+p", None, "9 parameters; at most 8 are allowed"),
    ("1 - p_1", 4, f"'p_1' isn't allowed in a formula: {_INDEXED}"),
    ("-log(z_y)", 5,
     "'z_y' isn't allowed in a formula: a formula is of probabilities, the softmax of the"
     " logits; write p, or pj inside sum(...)"),
    ("E^(-p)", 0,
     "'E' isn't allowed in a formula: write e for 2.718..., or declare E as a parameter:"
     " ; E=1"),
    ("p_k - p", 0,
     "pj is the probability of each class in turn; use it inside sum(...), mean(...) or max(...)"),
    # functions without brackets, powers of functions
    ("-log p", 1, "log needs brackets around its argument: write log(p)"),
    ("-ln p", 1, "ln needs brackets around its argument: write ln(p)"),
    ("-(1-p)^2 log p", 9, "log needs brackets around its argument: write log(p)"),
    ("sqrt 2", 0, "sqrt needs brackets around its argument: write sqrt(2)"),
    ("log exp(p)", 0, "log needs brackets around its argument: write log(...)"),
    ("-logp", 1,
     "'logp' is one name: write log(p), or declare it as a parameter: ; logp=1"),
    ("log²(p)", 0, "the power belongs behind the brackets: write log(p)**2"),
    ("log^2(p)", 0, "the power belongs behind the brackets: write log(p)**2"),
    ("exp^(-p)", 0, "exp is a function: write exp(-p), or e**(-p)"),
    ("log2(p, 2)", 0, "log2(...) takes 1 value, found 2"),
    # names that run together
    ("kp", 0, "'kp' is one name: write k*p, or declare it as a parameter: ; kp=1"),
    ("1-pq", 2, "'pq' is one name: write p*q, or declare it as a parameter: ; pq=1"),
    ("1-p2", 2, "'p2' is one name: write p**2 or p*2, or declare it as a parameter: ; p2=1"),
    ("plog(p)", 0, "'plog' is one name: write * for times, p*log(...)"),
    ("foo bar", 4, "an operator is missing before 'bar': write * for times"),
    ("p 2", 2, "an operator is missing before 2: write * for times or ** for a power"),
    ("(1-p)2", 5, "an operator is missing before 2: write * for times or ** for a power"),
    ("2½p", 1, "an operator is missing before ½: write * for times or ** for a power"),
    ("1.2.3*p", 3, "an operator is missing before .3: write * for times or ** for a power"),
    # what can be meant in two ways
    ("1/2p", 3, "it isn't clear what is under the fraction: write (.../2)*p or .../(2*p)"),
    ("1/p(1-p)", 3,
     "it isn't clear what is under the fraction: write (.../p)*(...) or .../(p*(...))"),
    ("p^1/2", 3, "it isn't clear where the exponent ends: write ...**(1/2) or (...**1)/2"),
    ("p^-1/2", 4, "it isn't clear where the exponent ends: write ...**(-1/2) or (...**-1)/2"),
    ("p⁻⁰·²", 3, "write **-0.2"),
    ("e^2p", 3, "it isn't clear where the exponent ends: write ...**(2*p) or ...**2*p"),
    ("e^-2p", 4, "it isn't clear where the exponent ends: write ...**(2*p) or ...**2*p"),
    ("√2p", 0, _ROOT),
    ("√p²", 0, _ROOT),
    ("σ(p)", 0, "write sigmoid(...) for the function, sigma*(...) for times"),
    ("0·5*p", 1, "a decimal point, or times? write 0.5 or 0*5"),
    ("max(0,5, p)", 4, f"is 0,5 one number? write 0.5; {_TWO_VALUES}: 0, 5"),
    ("min(p, 0,5)", 7, f"is 0,5 one number? write 0.5; {_TWO_VALUES}: 0, 5"),
    ("max(0,5e-3, p)", 4, f"is 0,5e-3 one number? write 0.5e-3; {_TWO_VALUES}: 0, 5e-3"),
    ("min(1,000, p)", 4, f"is 1,000 one number? write 1.000 or 1000; {_TWO_VALUES}: 1, 000"),
    ("0,5*p", 0, f"is 0,5 one number? write 0.5; {_TWO_VALUES}: 0, 5"),
    ("where(p<0,5, 1, p)", 8, f"is 0,5 one number? write 0.5; {_TWO_VALUES}: 0, 5"),
    ("-log(0,9*p)", 5, f"is 0,9 one number? write 0.9; {_TWO_VALUES}: 0, 9"),
    ("p**-k; k=0,3", 9, "is 0,3 one number? write 0.3"),
    ("p, 1-p", 1,
     "a comma stands between the values of a function, or in front of a parameter, as in p**-k,"
     " k=0.5"),
    ("-log(p) = 0", 8, _EQUALS),
    ("p**-k (k=0.3)", 8, _EQUALS),
    ("pow(p,)", 0, "pow(...) takes 2 values, found 1"),
    ("(|p)|", 1, "write abs(...) for |...|"),
    ("||p|-1|", 0, "write abs(...) for |...|"),
    # TeX, Python and other notations
    (r"\frac{1}{p}", 0, r"TeX such as \frac isn't supported: write (a)/(b)"),
    (r"-\log p", 1, r"TeX such as \log isn't supported: write log(...)"),
    (r"2 \cdot p", 2, r"TeX such as \cdot isn't supported: write * for times"),
    (r"\mathbb{E} p", 0,
     r"TeX such as \mathbb isn't supported: use plain characters, as in log(p)/2 or (1-p)**2"),
    (r"\gamma p", 0, r"TeX such as \gamma isn't supported: write gamma"),
    ("$p$", 0,
     "'$' isn't allowed in a formula; leave it out, and write the formula as in"
     " log(p)/2"),
    ("-log(p[y])", 6, f"indices aren't supported: {_INDEXED}"),
    ("p.clamp(min=1e-7)", 1, f"{_DOT}; write max(p, 1e-7) for p.clamp(min=1e-7)"),
    ("-p.log()", 2, f"{_DOT}; write log(p) for p.log()"),
    ("p.real", 1, _DOT),
    ("p!", 1,
     "'!' isn't allowed in a formula; there is neither a factorial nor !="),
    ("p<0.5 ? 1 : p", 6,
     "'?' isn't allowed in a formula; write where(p < 0.5, a, b) for cases"),
    ("50%*p", 2, "'%' isn't allowed in a formula; write 0.5 for 50%"),
    ("0x10*p", 0, "'0x10' isn't a number; write numbers as 2, 0.5 or 1e-3"),
    ("-log(р)", 5,
     "'р' isn't allowed in a formula; it is a Cyrillic letter; type the Latin 'p'"),
    ("(1-p]", 4, "syntax error here: expected ')', not ']'"),
    ("max(p; 0.5)", 5, "a bracket is not closed before ; write , between values"),
    ("p if p else 1", 2,
     "'if' is a reserved word; use another name, or where(condition, a, b) to choose"),
    ("007p", 0, "syntax error here: a number can't start with 0"),
    ("1-p)", 3,
     "syntax error here: this bracket closes none; expected an operator or the formula's end"),
    ("2(1-p", 1, "syntax error here: this bracket is never closed; expected ')'"),
    ("2p +", 4, "syntax error here: expected a number, a name or '('"),
    ("2p + lgo(p)", 5,
     "unknown function 'lgo'; did you mean 'log'? The functions are log, exp, sqrt, abs, min, max,"
     " log1p, expm1, tanh, sin, cos, where, sum, mean; for a product write lgo*(...)."),
    ("mine = 2p +* 2", 11,
     "syntax error here: expected a number, a name or '('"),
    ("p**-k; 0.3", 7, "write a parameter as name=value, such as k=0.2; found '0.3'"),
)  # fmt: skip
