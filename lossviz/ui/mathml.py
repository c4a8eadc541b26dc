"""Formulas as MathML, which browsers draw themselves: for formulas inside a component, where
Streamlit's own rendering of LaTeX does not reach.
"""

import re
from typing import Final

from markupsafe import escape

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\S")
_SPACES: Final = (r"\:", r"\,", r"\;", r"\!")
_SYMBOLS: Final = {
    r"\alpha": "α", r"\beta": "β", r"\gamma": "γ", r"\delta": "δ", r"\epsilon": "ϵ",
    r"\varepsilon": "ε", r"\zeta": "ζ", r"\eta": "η", r"\theta": "θ", r"\iota": "ι",
    r"\kappa": "κ", r"\lambda": "λ", r"\mu": "μ", r"\nu": "ν", r"\xi": "ξ", r"\pi": "π",
    r"\rho": "ρ", r"\sigma": "σ", r"\tau": "τ", r"\phi": "ϕ", r"\varphi": "φ", r"\chi": "χ",
    r"\psi": "ψ", r"\omega": "ω", r"\infty": "∞",
}  # fmt: skip
_OPERATORS: Final = {
    "-": "−", r"\leq": "≤", r"\geq": "≥", r"\cdot": "·", r"\neq": "≠", r"\lfloor": "⌊",
    r"\rfloor": "⌋", r"\left": "", r"\{": "{", r"\}": "}",
}  # fmt: skip
_WITH_LIMITS: Final = {r"\sum": "<mo>∑</mo>", r"\max": "<mi>max</mi>", r"\min": "<mi>min</mi>"}


def to_mathml(latex: str) -> str:
    r"""A formula of ``lossviz.language.latex`` as a ``math`` element.

    >>> to_mathml(r"p^{- k}")
    '<math><msup><mi>p</mi><mrow><mo>−</mo><mi>k</mi></mrow></msup></math>'
    """
    return f"<math>{_Reader(latex).row()}</math>"


class _Reader:
    """Reads tokens of LaTeX from left to right."""

    def __init__(self, latex: str) -> None:
        self._tokens = _TOKEN.findall(latex)
        self._at = 0

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        self._at += 1
        return token

    def row(self, *stops: str) -> str:
        """Everything up to one of these tokens, or to the end."""
        parts = []
        while (token := self._peek()) and token not in stops:
            parts.append(self._with_scripts())
        return "".join(parts)

    def _with_scripts(self) -> str:
        token = self._peek()
        base = self._atom()
        scripts = {}
        while self._peek() in ("_", "^"):
            sign = self._next()
            scripts[sign] = self._atom()
        match sorted(scripts):
            case ["_"] if token in _WITH_LIMITS:
                return f"<munder>{base}{scripts['_']}</munder>"
            case ["_"]:
                return f"<msub>{base}{scripts['_']}</msub>"
            case ["^"]:
                return f"<msup>{base}{scripts['^']}</msup>"
            case ["^", "_"]:
                return f"<msubsup>{base}{scripts['_']}{scripts['^']}</msubsup>"
        return base

    def _atom(self) -> str:
        token = self._next()
        if token in _SPACES:
            return ""
        if token == "{":
            return self._group_after_brace()
        if token == r"\frac":
            return f"<mfrac>{self._atom()}{self._atom()}</mfrac>"
        if token == r"\sqrt":
            return f"<msqrt>{self._atom()}</msqrt>"
        if token == r"\left":
            return self._fenced()
        if token == r"\begin":
            return self._cases()
        if token in (r"\mathrm", r"\text", r"\operatorname"):
            return self._name(token)
        return _symbol(token)

    def _group_after_brace(self) -> str:
        content = self.row("}")
        self._next()
        return f"<mrow>{content}</mrow>"

    def _fenced(self) -> str:
        opening = _symbol(self._next())
        content = self.row(r"\right")
        self._next()
        return f"<mrow>{opening}{content}{_symbol(self._next())}</mrow>"

    def _cases(self) -> str:
        self._name(r"\begin")
        rows = [[self.row("&", r"\\", r"\end")]]
        while (separator := self._next()) not in (r"\end", ""):
            if separator == "&":
                rows[-1].append(self.row("&", r"\\", r"\end"))
            else:
                rows.append([self.row("&", r"\\", r"\end")])
        self._name(r"\end")
        table = "".join(
            f"<mtr>{''.join(f'<mtd>{cell}</mtd>' for cell in cells)}</mtr>" for cells in rows
        )
        return f'<mtable class="cases">{table}</mtable>'

    def _name(self, command: str) -> str:
        """What stands in the braces after a command, as one word."""
        self._next()
        letters = []
        while (token := self._next()) not in ("}", ""):
            letters.append(token)
        word = escape("".join(letters))
        if command == r"\text":
            return f"<mtext>{word}&#x2002;</mtext>" if word == "where" else f"<mtext>{word}</mtext>"
        return f'<mi mathvariant="normal">{word}</mi>' if len(word) == 1 else f"<mi>{word}</mi>"


def _symbol(token: str) -> str:
    if token[:1].isdigit():
        return f"<mn>{token}</mn>"
    if token in _SYMBOLS:
        return f"<mi>{_SYMBOLS[token]}</mi>"
    if token in _WITH_LIMITS:
        return _WITH_LIMITS[token]
    if token in _OPERATORS or not token.strip("\\").isalpha():
        return f"<mo>{escape(_OPERATORS.get(token, token))}</mo>"
    if token.startswith("\\"):
        return f"<mi>{token[1:]}</mi><mo>&#x2061;</mo>"  # a function, applied to what follows
    return f"<mi>{escape(token)}</mi>"
