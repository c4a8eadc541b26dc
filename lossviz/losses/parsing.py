"""Losses from text: a typed formula, or a spec, the one string of links and the command line."""

import re
from dataclasses import replace
from difflib import get_close_matches

from lossviz.errors import FormulaError, InvalidInput, ParameterError
from lossviz.language.grammar import SYMBOLS, names_in
from lossviz.language.operations import function_names
from lossviz.losses.catalogue import LOSSES, get_loss
from lossviz.losses.loss import Loss
from lossviz.losses.parameter import Parameter

MAX_PARAMETERS = 8
_PARAMETER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,19}")
# The name of a typed loss: "my loss = p**-k".
_NAME_PREFIX = re.compile(r"\s*([^\W\d_][\w '’.-]{0,39}?)\s*=(?!=)")
# Of a parameter that two losses share the first loss's value counts.
_DEFAULT_VALUES = {
    parameter.name: parameter.value
    for loss in reversed(list(LOSSES.values()))
    for parameter in loss.parameters
}


def parse_loss(text: str, /, **parameters: float) -> Loss:
    """A loss from a formula and values for its parameters.

    A name that the language does not define is a parameter. Its default value is that of the
    catalogue's parameter of the same name, else 1. The name is rejected as a likely misspelling
    where it resembles a word of the language, or where a given parameter is not used.

    Args:
        text: A formula in the loss language.
        parameters: Values of its parameters.

    Raises:
        FormulaError: The text is no loss; the error holds the position and what would be right.
        ParameterError: A parameter's name cannot be used, its value is not a finite number, or the
            formula does not use it.

    >>> parse_loss("p**-k", k=0.2).weight([1.0]).tolist()
    [0.2]
    >>> parse_loss("-(1-p)**gamma*log(p)").label
    '-(1-p)**gamma*log(p), gamma = 2'
    """
    if len(parameters) > MAX_PARAMETERS:
        raise FormulaError(
            text, None, f"{len(parameters)} parameters; at most {MAX_PARAMETERS} are allowed"
        )
    for name in parameters:
        if not _can_name_parameter(name):
            raise ParameterError(
                name,
                f"{name!r} cannot name a parameter: use letters and digits, and none of"
                f" {', '.join(sorted(_reserved_names()))}",
            )
    used = names_in(text)
    unused = [name for name in parameters if name not in used]
    undeclared = [name for name in used if name not in parameters and _can_name_parameter(name)]
    misspelt = bool(unused) or any(map(_resembles_keyword, undeclared))
    if not misspelt and len(used) <= MAX_PARAMETERS:
        parameters = parameters | {name: _DEFAULT_VALUES.get(name, 1.0) for name in undeclared}
    loss = Loss(
        text=text.strip(),
        parameters=tuple(Parameter(name=name, value=value) for name, value in parameters.items()),
    )
    if unused:
        raise ParameterError(
            unused[0],
            f"the formula does not use the parameter {unused[0]!r}; take it away, or use it in the"
            " formula",
        )
    return loss


def _reserved_names() -> set[str]:
    return {"l", "lj", *SYMBOLS, *function_names()}


def _can_name_parameter(name: str) -> bool:
    return bool(_PARAMETER_NAME.fullmatch(name)) and name not in _reserved_names()


def _resembles_keyword(name: str) -> bool:
    """Whether a name may be a misspelt word of the language, such as ``lgo`` or ``P``."""
    near = get_close_matches(name, function_names(), n=1, cutoff=0.7)
    return name.lower() in {"p", "pj"} or bool(near)


def loss_from_spec(spec: str) -> Loss:
    """Read a loss written as one string, the inverse of ``Loss.spec``.

    Args:
        spec: ``KEY``, ``KEY:k=0.2``, or a formula ``p**-k; k=0.2``, which may have a name:
            ``my loss = p**-k``.

    Raises:
        FormulaError, UnknownLoss, ParameterError: As ``parse_loss`` and ``get_loss``.
        InvalidInput: The name is one of the catalogue's.

    >>> loss_from_spec("inverse_power:k=0.5").label
    'inverse power, k = 0.5'
    >>> loss_from_spec("p**-k; k=0.2").label
    'p**-k, k = 0.2'
    >>> loss_from_spec("my loss = p**-k; k=0.2").label
    'my loss, k = 0.2'
    """
    if title := _NAME_PREFIX.match(spec):
        return with_name(loss_from_formula(spec[title.end() :]), title[1])
    head, colon, settings = spec.partition(":")
    key = head.strip()
    if colon and ";" not in head:
        return get_loss(key, **_settings(spec, settings, ","))
    if key in LOSSES or (_PARAMETER_NAME.fullmatch(key) and key != "p"):
        return get_loss(key)
    return loss_from_formula(spec)


def loss_from_formula(text: str) -> Loss:
    """Read a formula with its parameters, ``p**-k; k=0.2``. Errors as ``parse_loss``."""
    formula, _, settings = text.partition(";")
    return parse_loss(formula, **_settings(text, settings, ";"))


def with_name(loss: Loss, name: str) -> Loss:
    """A typed loss under another name; without a name where ``name`` is empty.

    Raises:
        InvalidInput: The name is one of the catalogue's, or cannot be a name.

    >>> with_name(parse_loss("1-p"), "my loss").spec
    'my loss = 1-p'
    """
    name = " ".join(name.split())
    if name and not _NAME_PREFIX.fullmatch(f"{name}="):
        raise InvalidInput(
            f"{name[:60]!r} is no name for a loss: start with a letter; letters, digits, spaces, -"
            " . ' can follow, 40 in all"
        )
    taken = {word.lower() for key, other in LOSSES.items() for word in (key, other.name)}
    if name.lower() in taken:
        raise InvalidInput(
            f"the catalogue has a loss called {name!r}; choose another name for your own"
        )
    return replace(loss, name=name)


def _settings(spec: str, text: str, separator: str) -> dict[str, float]:
    """``k=0.2`` pairs as a mapping."""
    found: dict[str, float] = {}
    for part in filter(None, (part.strip() for part in text.split(separator))):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals:
            raise FormulaError(
                spec,
                spec.find(part),
                f"write a parameter as name=value, such as k=0.2; found {part!r}",
            )
        if name in found:
            raise ParameterError(name, f"{name} is given twice; give it once")
        try:
            found[name] = float(value)
        except ValueError:
            raise ParameterError(
                name, f"{name} must be a number such as 0.2, got {value!r}"
            ) from None
    return found
