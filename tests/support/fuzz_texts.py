"""Texts for the fuzz: what people type, what goes wrong in typing, and what somebody sends who
means harm. The same for the same seed.
"""

from collections.abc import Callable, Iterator
from random import Random

from lossviz import LOSSES
from lossviz.language.operations import function_names

ONE_VALUE = ("log", "exp", "sqrt", "abs", "log1p", "expm1", "tanh", "sin", "cos")
NAMES = ("p", "p", "p", "p", "k", "q", "a", "gamma", "K", "x_1", "e", "pi")
NUMBERS = (
    "0", "1", "2", "3", "7", "64", "0.5", "0.2", "1.5", ".25", "2.", "1e-3", "1e99", "1e-99",
    "0.3333333333", "1.0000001", "123456789", "1e-400",
)  # fmt: skip
OPERATORS = ("+", "-", "*", "/", "**")
PIECES = (
    *function_names(), *OPERATORS, *NAMES, *NUMBERS,
    *"()[]{}<>=,.;:!?@#$%^&|~`'\"\\_ \t\n\r\0\x0b\x1b\x7f", "pj", "(p", ")", "**-", "- -", "<=",
    ">=", "==", "!=", ":=", "//", "%", "->", "...", " if ", " else ", " for ", " in ", " or ",
    " not ", "lambda ", "None", "True", "1j", "0x10", "0b1", "0o7", "1_000", "1_0or p", "1if ",
    "00", "1e", "1.e5", "1..", ".__class__", "__import__", "\u200b", "\u200e", "\u202e", "\u2066",
    "\ufeff", "\u00a0", "\u2003", "\u037e", "ｐ", "р", "ρ", "𝑝", "²", "½", "−", "×", "·", "÷", "٣",
    "∞", "é", "e\u0301", "\U0001f600", "\ud800", "\udfff", "; k=1", ";k=", "; p=1", ":k=0.2",
    "; text=2",
)  # fmt: skip
PYTHON = (
    "__import__('os').system('touch /tmp/lossviz-was-here')", "import os", "from os import *",
    "().__class__.__bases__[0].__subclasses__()", "p.__class__.__mro__[-1].__subclasses__()",
    "(p).__init__.__globals__", "log.__globals__['os']", "p.func.__call__(p)",
    "p.free_symbols.pop()", "lambda: p", "(lambda p: p)(p)", "(lambda *a, **k: p)()",
    "[p for p in (p,)]", "{p: p for p in p}", "(p for _ in iter(int, 1))", "{*p}", "[*p, *p]",
    "f'{p}'", "f'{p!r:>{10**9}}'", "'%s' % p", "'{0.__class__}'.format(p)", "b'p'", "rb'\\x00'",
    "'''p'''", "(p := 1)", "p if p else p", "p and p or not p", "p == p != p", "p is p", "p in p",
    "p[0]", "p[::]", "p[...]", "p, p", "*p", "await p", "yield p", "(yield)", "async for p in p: p",
    "def f(): return p", "@log\ndef p(): pass", "@p", "class p: pass", "p; import os",
    "p\nimport os", "p;\\\nk=1", "p # k", "del p", "assert p", "raise p", "global p", "p = 1",
    "p += 1", "with p: p", "try: p\nexcept: p", "while True: pass", "print(p)", "exec('p')",
    "eval('p')", "compile('p', '', 'eval')", "open('/etc/passwd')", "globals()",
    "getattr(p, 'func')", "breakpoint()", "exit()", "help()", "input()", "vars()", "type(p)(p)",
    "sympify('p')", "Symbol('p')", "log(p, 2)", "log(p, evaluate=False)", "log(*[p])",
    "log(**{'p': p})", "log(p,)", "log()(p)", "(log)(p)", "log(log)", "where(p > 1)",
    "where(p > 1 > p, p, p)", "where(p, p, p)", "where(p > p, p, p)", "where(not p, p, p)",
    "sum(p)", "sum(pj)", "sum()", "mean(pj, pj)", "max(pj)", "max(p)", "max(*p)", "max(pj, p)",
    "pj", "sum(pj) + pj", "sum(sum(pj))", "sum(max(pj)*pj) + p", "NaN", "nan + p", "inf*p", "pi*p",
    "E**p", "I*p", "oo", "zoo", "p.real", "p . real", "1 .real", "1.real", "1.0.real + p", "p(p)",
    "1(p)", "(1)(p)", "()(p)", "'p'(p)", "p p", "2p", "p2", "p 2", "1 if", "1_0or p", "0_0", "0777",
    "0xg", "0b2", "1__0", "𝓅", "ﬁ", "print\t(p)", "\\N{DIGIT ONE}", "\\u0070", "%70", "&#112;",
    "${p}", "{{p}}", "<b>p</b>", "<script>alert(1)</script>", "' OR 1=1 --", "../p", "p\0", "\0",
    "\ufeffp", "# coding: utf-7\np", "-*- coding: rot13 -*-", "p\\", "\\p", "'", '"', "'''", "f'",
    "f'{", "f'{p", "(", ")", "[(", "((((", "{", "p)",
)  # fmt: skip
TEMPLATES = (
    "{0}", "{0}{0}{0}", "p + {0}", "({0})*p", "log({0})", "{0} if {0} else {0}", "p; k={0}",
    "focal:gamma={0}", "sum(pj*({0}))", "where(p > {0}, p, 1)", "p**({0})", "{0}; k=1", "[{0}]",
    "lambda: {0}", "{{{0}}}", "f'{{{0}}}'", "{0}\n{0}", "({0}).__class__", "p[{0}]",
    "p.__getattr__({0})", "min({0}, p)",
)  # fmt: skip
OPENINGS = (
    *(name + "(" for name in ONE_VALUE), "(", "-(", "((", "min(p,", "max(pj,", "max(k,",
    "min(p,1-p,", "sum(pj*", "mean(pj+", "max(pj*", "sum(sum(max(pj*", "where(p<.5,p,",
    "where(p<k,log(p),1/", "where(p>", "abs(p**", "p**(", "p**-(", "k**(", "(1-p)**(", "1/(1+",
    "1/(p-", "1/(k-", "p/(q+", "1+1/(k*", "-", "+", "- ", "not ", "lambda:", "p.__class__(", "[",
    "{", "f'{", "(p,", "p[", "log(1+", "exp(-", "sqrt(1+", "sqrt(k+", "tanh(p*", "(p+k)*(",
    "sum(log(pj)*", "sum(where(pj>p,pj,", "log(sum(pj**", "sum(pj**k*", "max(pj**", "(1-exp(",
    "(k-log(", "(2*", "(p-1)*(",
)  # fmt: skip
LINKS = (
    "+p", "*p", "**p", "-p", "/p", "**2", "/k", "-log(p)", "*(1-p)", "+1", "*2", "<p", ",p", ".p",
    "**k", "**-p", "+p**k", "/(k-1)", "*(k-p)", "+sum(pj**2)", "**1.01", "*(p+k+q)", "+1/(k-p)",
    "+1e-50", "**.5", " if p else p", "(p)", "[0]", "\\", "-1/k", "+abs(p-k)", "*sum(pj)",
    "*max(pj)",
)  # fmt: skip
VALUES = (
    "0", "1", "-1", "0.5", "2.0", "1e400", "-1e400", "nan", "inf", "1_0", "٣", "", " ", "0x1", "k",
    "1e-400", "1" * 400, "2;", "=3", "1e99", "3e101", "0.30000000000000004",
)  # fmt: skip
SHAPES = (
    "{}", "p + {}", "{}*p", "p*{} - log(p)", "p**{}", "p**-{}", "p**({})", "({})**p", "log({} + p)",
    "p; k={}", "p**k; k={}", "p**-k; k=-{}", "focal:gamma={}", "inverse_power:k={}",
    "where(p > {}, p, 1)", "sum(pj**({})) + p", "exp(p*{})", "sin({}*p)", "(p+{})**64", "1/(p-{})",
    "1/(k-{}) + p", "{}**k*p", "sqrt(p+{})", "(1-p**(q-{}))/(q-{})", "1/(k**2-{}) - p",
)  # fmt: skip
GROUPS = (
    ("p", "k", "q", "a", "K", "pj", "2", "0.5", "(1-p)", "log(p)"), ("+", "-", "*", "/"),
    ("log(", "exp(", "sqrt(", "abs(", "tanh(", "sin(", "cos(", "("), (" > ", " < ", " >= "),
)  # fmt: skip
SPELLINGS = (
    ("**", "^"), ("**2", "²"), ("**-", "⁻¹"), ("**", "ᵏ"), ("-", "−"), ("*", "·"), ("*", "×"),
    ("*", ""), ("*", " "), ("/", "÷"), ("/", ""), ("(", "["), (")", "]"), ("(", "{"), (")", "}"),
    ("log", "ln"), ("log", "np.log"), ("log(", "log2("), ("log(", "log "), ("exp(", "e^("),
    ("sqrt", "√"), ("abs(", "|"), ("max", "torch.maximum"), ("min(", "clip("), ("exp", "sigmoid"),
    ("sqrt(", "pow("), ("p", "p_t"), ("p", "ｐ"), ("p", "p̂"), ("pj", "p_j"), ("gamma", "γ"),
    ("k", "λ"), ("k", "kp"), ("0.5", "½"), ("0.5", "0,5"), (".", ","), ("; ", ", "),
    (" ", "\u00a0"), ("p", "x"), ("1", "1_0"), ("", "f(p) = "),
)  # fmt: skip
ODD_NUMBERS = (
    "1e308", "1e309", "1e999", "-1e400", "5e-324", "9**9**9**9", "9**9**9", "2**64", "2**65",
    "2**0.5", "10**100", "10**500", "1e99*1e99", "(1.0000001**64)**64", "1/3**64", "1/0", "0/0",
    "0**0", "0**-1", "(-1)**0.5", "-1**0.5", "(-8)**(1/3)", "1e-99**9", "exp(200)", "exp(1e9)",
    "sin(1e99)", "log(1e-99)", "tanh(1e9)", "sqrt(2)", "cos(1e50)", "nan", "inf", "-inf", "1e",
    "1e+", "1_000", "_1", "1__0", "٣", "1,5", "0777", "1e400", "NaN", "Infinity", "infinity",
)  # fmt: skip


def texts(seed: int, count: int) -> Iterator[str]:
    """So many texts, of every kind in turn by weight."""
    random = Random(seed)
    kinds, weights = zip(*KINDS, strict=True)
    for make in random.choices(kinds, weights, k=count):
        yield make(random)


def formula(random: Random, depth: int, of_classes: bool = False, sane: float = 0.8) -> str:
    """A formula of the language, as deep as ``depth``; mostly with arguments that keep its
    functions real.
    """

    def inner(term: bool = of_classes) -> str:
        return formula(random, random.choice((depth - 1, depth - 1, depth - 2, 0)), term, sane)

    def positive() -> str:
        return random.choice(
            (
                "abs({})+0.5",
                "({})**2+1",
                "exp({})",
                "1+p*0*({})" if random.random() < 0.1 else "p+tanh({})+1",
            )
        ).format(inner())

    if depth <= 0:
        if of_classes and random.random() < 0.5:
            return "pj"
        return (
            random.choice(NUMBERS[:10] if random.random() < sane else NUMBERS)
            if random.random() < 0.35
            else random.choice(NAMES)
        )
    real = random.random() < sane
    match random.randrange(13):
        case 0 | 1 | 2:
            return f"{inner()} {random.choice('+-')} {inner()}"
        case 3:
            return f"({inner()})*({inner()})"
        case 4:
            return f"({inner()})/({positive() if real else inner()})"
        case 5:
            if real and random.random() < 0.3:
                return f"({positive()})**({inner()})"
            base = "p" if real else f"({inner()})"
            return f"{base}**{random.choice(('-k', 'k', '-2', '0.5', '3', 'q', 'gamma'))}"
        case 6:
            return f"-({inner()})"
        case 7 | 8:
            name = random.choice(ONE_VALUE)
            if real and name in ("exp", "expm1"):
                return f"{name}(-({positive()}))"
            return f"{name}({positive() if real and name in ('log', 'sqrt', 'log1p') else inner()})"
        case 9:
            return (
                f"where({inner()} {random.choice(('<', '<=', '>', '>='))} {inner()}, {inner()},"
                f" {inner()})"
            )
        case 10:
            name = random.choice(("min", "max"))
            arguments = [inner() for _ in range(random.choice((2, 2, 3, 5)))]
            return f"{name}({', '.join(arguments)})"
        case 11:
            return f"{random.choice(('sum', 'mean', 'max'))}(pj*({inner(True)}))"
        case _:
            return f"log(p) + {inner()}"


def valid(random: Random) -> str:
    """A formula of the language that often is a loss, as people type them."""
    start = random.choice(("-log(p) + ", "-p*", "1/p + ", "", "p + ", "(1-p)**gamma*"))
    text = f"{start}({formula(random, random.choice((1, 1, 2, 2, 3, 4)))})"
    if random.random() < 0.2:
        text += random.choice(("", "", "", "; k=0.2", "; k = 1; q=-0.5", "; gamma=2.0; a=3"))
    return text


def large(random: Random) -> str:
    """A formula near the limits of size and depth, with anything in anything."""
    text = formula(
        random,
        random.choice((5, 6, 7, 8, 12, 30)),
        random.random() < 0.1,
        random.choice((0.2, 0.8, 1.0)),
    )
    return text[: random.choice((500, 500, 600))]


def tower(random: Random) -> str:
    """One thing in itself again and again, or in a row."""
    seed, times = (
        random.choice(("p", "p", "pj", "k", "1-p", "p+k", "2", "p*q")),
        random.choice((2, 3, 5, 8, 12, 18, 24, 36, 40, 60, 100, 240)),
    )
    match random.randrange(4):
        case 0 | 1:
            chosen = random.choices(OPENINGS, k=random.choice((1, 1, 2, 3)))
            opening = "".join(chosen[i % len(chosen)] for i in range(times))
            close = "".join(
                {"(": ")", "[": "]", "{": "}"}.get(c, "") for c in reversed(opening) if c in "([{"
            )
            middle = ("p," if opening.endswith("where(p>") else "") + seed
            if "where(p<.5,p," not in opening and "where(p>" in opening:
                close = (
                    close.replace(")", ",1,p)", opening.count("where(p>"))
                    if len(set(chosen)) == 1
                    else close
                )
            return (opening + middle + close)[:700]
        case 2:
            return (seed + random.choice(LINKS) * times)[:700]
        case _:
            chosen = random.choices(LINKS, k=3)
            return (seed + "".join(random.choice(chosen) for _ in range(times)))[:700]


def number(random: Random) -> str:
    """A number of any size and shape, somewhere in a loss."""
    digits = "".join(
        random.choices("0123456789", k=random.choice((1, 5, 17, 40, 99, 101, 300, 500, 5000)))
    )
    sized = (
        digits, f"0.{digits}", f"{digits}.{digits}", f"1e{digits}", f"1e-{digits}",
        f"{digits}e-{len(digits)}", f"0x{digits}", f"0b{digits}", f"0o{digits}", f"{digits}j",
        "_".join(digits[:30]),
    )  # fmt: skip
    text = random.choice((*sized, *ODD_NUMBERS))
    return random.choice(SHAPES).replace("{}", text)


def python(random: Random) -> str:
    """Python that is no formula, alone or inside one."""
    return random.choice(TEMPLATES).format(random.choice(PYTHON))


def soup(random: Random) -> str:
    """Pieces in a row."""
    return "".join(random.choices(PIECES, k=random.choice((1, 2, 3, 5, 10, 30, 200))))


def characters(random: Random) -> str:
    """Any characters at all, surrogates too."""
    top = random.choice((128, 256, 0x3000, 0x110000))
    return "".join(chr(random.randrange(top)) for _ in range(random.choice((1, 3, 10, 100, 700))))


def spec(random: Random) -> str:
    """A catalogue loss by its key, with settings good and bad."""
    loss = random.choice(list(LOSSES.values()))
    names = [
        *loss.values,
        *(
            "k",
            "q",
            "p",
            "key",
            "self",
            "text",
            "lj",
            "l",
            "K",
            "log",
            "",
            "  ",
            "_",
            "é",
            "a" * 30,
            "0",
        ),
    ]

    def name_of_setting() -> str:
        return random.choice(own_names if random.random() < 0.7 else names)

    own_names = names[: len(loss.values) or 1]
    separator = random.choice((",", ",", ";", "; ", " "))
    settings = separator.join(
        f"{name_of_setting()}={random.choice(VALUES)}" for _ in range(random.randrange(5))
    )
    match random.randrange(6):
        case 0 | 1:
            return f"{loss.key}:{settings}"
        case 2:
            return f"{loss.text}; {settings}"
        case 3:
            return loss.spec
        case 4:
            return "; ".join(
                [loss.text, *(f"{name}={value!r}" for name, value in loss.values.items())]
            )
        case _:
            joint = random.choice(("", ":", ";", " ", "::", ":;", ",", "=1", "()"))
            return f"{loss.key}{joint}{settings}"


def mutated(random: Random) -> str:
    """A formula of the catalogue or of the grammar with slips of the hand: something put in, left
    out, changed places, joined to another.
    """
    text = _original(random)
    for _ in range(random.choice((1, 1, 1, 2, 3, 10))):
        at, to = sorted(random.choices(range(len(text) + 1), k=2))
        match random.randrange(6):
            case 0:
                text = text[:at] + random.choice(PIECES) + text[at:]
            case 1:
                text = text[:at] + text[at + 1 :]
            case 2:
                text = text[:at] + text[min(to, at + 6) :]
            case 3:
                text = text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]
            case 4:
                text = text[:at] + text[at:to] * random.choice((2, 3)) + text[to:]
            case _:
                other = _original(random)
                text = text[:at] + other[random.randrange(len(other) + 1) :]
    return text


def rearranged(random: Random) -> str:
    """A formula of the catalogue or of the grammar with names, numbers and operators put in each
    other's place: mostly still a formula.
    """
    text = _original(random)
    for _ in range(random.choice((1, 1, 2, 4))):
        group = random.choice(GROUPS)
        old = random.choice([piece for piece in group if piece in text] or ["p"])
        text = text.replace(old, random.choice(group), random.choice((1, 1, -1)))
    return text


def respelt(random: Random) -> str:
    """A formula of the catalogue or of the grammar as people write it by hand."""
    text = _original(random)
    for _ in range(random.choice((1, 2, 4, 8))):
        old, new = random.choice(SPELLINGS)
        text = text.replace(old, new, random.choice((1, 1, -1)))
    return text


def _original(random: Random) -> str:
    return random.choice(list(LOSSES.values())).text if random.random() < 0.6 else valid(random)


KINDS: tuple[tuple[Callable[[Random], str], float], ...] = (
    (valid, 0.16), (large, 0.1), (tower, 0.12), (number, 0.08), (python, 0.1),
    (soup, 0.07), (characters, 0.03), (spec, 0.1), (mutated, 0.14), (rearranged, 0.1),
    (respelt, 0.1),
)  # fmt: skip
