"""Roots, superscripts, bars and functions of other libraries, written out in the loss language."""

from collections.abc import Callable
from dataclasses import replace

from lossviz.errors import FormulaError
from lossviz.language.spelling.spellings import FUNCTION_TEMPLATES, SLOT, template_arity
from lossviz.language.spelling.tokens import (
    Token,
    arguments_of,
    bracket,
    closing_bracket,
    ends_operand,
    english_name,
    is_balanced,
    starts_operand,
    tokens_of,
)

# beside these a product, quotient or power needs no brackets
_LOOSE = ("open", "close", "comma", "comparison")


def write_out(text: str, tokens: list[Token], named: Callable[[Token], Token]) -> list[Token]:
    """The tokens in the notation of the language.

    Args:
        text: As it was typed, for refusals.
        tokens: What is in it.
        named: Reads a name in a superscript.

    Raises:
        FormulaError: It can be meant in several ways.
    """
    return _Writer(text, named).written(_bars_as_calls(text, tokens))


def _bars_as_calls(text: str, tokens: list[Token]) -> list[Token]:
    """``|x|`` as ``abs(x)``."""
    bars = [index for index, token in enumerate(tokens) if token.kind == "bar"]
    if not bars:
        return tokens
    first, last = bars[0], bars[-1]
    inside = tokens[first + 1 : last]
    if len(bars) != 2 or not inside or not is_balanced(inside):
        raise FormulaError(text, tokens[first].place, "write abs(...) for |...|")
    call = [replace(tokens[first], kind="function", text="abs"), bracket("(", tokens[first])]
    return [*tokens[:first], *call, *inside, bracket(")", tokens[last]), *tokens[last + 1 :]]


class _Writer:
    """Writes out the notations of one formula."""

    def __init__(self, text: str, named: Callable[[Token], Token]) -> None:
        self._text, self._named = text, named

    def _refusal(self, token: Token, reason: str) -> FormulaError:
        return FormulaError(self._text, token.place, reason)

    def written(self, tokens: list[Token]) -> list[Token]:
        found: list[Token] = []
        index = 0
        while index < len(tokens):
            token, before = tokens[index], found[-1] if found else None
            after = tokens[index + 1 : index + 3]
            end = self._end_of_call(tokens, index)
            if end is not None:
                call = self._call(token, tokens[index + 2 : end])
                following = tokens[end + 1] if end + 1 < len(tokens) else None
                found += _bracketed_between(call, before, following)
                index = end + 1
            elif token.kind == "root" and not (after and after[0].kind == "open"):
                found += self._root(token, after)
                index += 2
            else:
                found += self._one(token, before, after)
                index += 1
        return found

    def _end_of_call(self, tokens: list[Token], index: int) -> int | None:
        """The index of the last bracket of a call that a template writes out."""
        is_call = (
            tokens[index].kind == "function"
            and tokens[index].text in FUNCTION_TEMPLATES
            and index + 1 < len(tokens)
            and tokens[index + 1].kind == "open"
        )
        return closing_bracket(tokens, index + 1) if is_call else None

    def _one(self, token: Token, before: Token | None, after: list[Token]) -> list[Token]:
        """What a single token becomes."""
        if token.kind == "root":
            return [replace(token, kind="function", text="sqrt")]
        if token.kind == "superscript":
            return self._power(token, before)
        if token.kind == "function" and after and after[0].text == "**":
            raise self._power_of_function(token)
        return [token]

    def _power_of_function(self, function: Token) -> FormulaError:
        name = function.typed
        if function.text == "exp":
            return self._refusal(function, "exp is a function: write exp(-p), or e**(-p)")
        return self._refusal(function, f"the power belongs behind the brackets: write {name}(p)**2")

    def _root(self, root: Token, after: list[Token]) -> list[Token]:
        """``√p`` as ``sqrt(p)``; of one number or name that no other factor follows."""
        alone = len(after) < 2 or not (
            after[1].kind == "superscript" or after[1].text == "**" or starts_operand(after[1])
        )
        if not after or after[0].kind not in ("number", "name") or not alone:
            raise self._refusal(
                root, "write sqrt(...) for a root, with brackets around what it is of"
            )
        function = replace(root, kind="function", text="sqrt")
        return [function, bracket("(", root), replace(after[0], space=False), bracket(")", root)]

    def _power(self, token: Token, before: Token | None) -> list[Token]:
        """``²`` as ``**2``, ``ᵏ⁺¹`` as ``**(k+1)``."""
        if before is not None and before.kind == "function":
            raise self._power_of_function(before)
        if before is None or not ends_operand(before):
            raise self._refusal(token, "a power needs what it is a power of: write p**2")
        exponent = [
            self._named(replace(part, place=token.place, space=False))
            for part in tokens_of(english_name(token.typed))
        ]
        is_negative = exponent[0].text == "-"
        if len(exponent) > 1 + is_negative:
            exponent = [bracket("(", token), *exponent, bracket(")", token)]
        return [Token(kind="operator", text="**", place=token.place), *exponent]

    def _call(self, function: Token, inside: list[Token]) -> list[Token]:
        """``log2(x)`` as ``log(x)/log(2)``."""
        template, needed = FUNCTION_TEMPLATES[function.text], template_arity(function.text)
        arguments = [argument for argument in arguments_of(inside) if argument]
        if len(arguments) != needed:
            values = f"{needed} value" if needed == 1 else f"{needed} values"
            raise self._refusal(
                function, f"{function.typed}(...) takes {values}, found {len(arguments)}"
            )
        written = [self.written(argument) for argument in arguments]
        found: list[Token] = []
        end = 0
        for slot in SLOT.finditer(template):
            found += _placed(template[end : slot.start()], function)
            end = slot.end()
            argument = written[int(slot[1] or slot[2])]
            if slot[2] and len(argument) > 1:
                argument = [bracket("(", function), *argument, bracket(")", function)]
            space = template[: slot.start()].endswith(" ")
            found += [replace(argument[0], space=space), *argument[1:]]
        found += _placed(template[end:], function)
        return [replace(found[0], space=function.space), *found[1:]]


def _placed(template: str, function: Token) -> list[Token]:
    return [replace(part, place=function.place) for part in tokens_of(template)]


def _bracketed_between(call: list[Token], before: Token | None, after: Token | None) -> list[Token]:
    """A call that is written out, in brackets where its neighbours bind as closely."""
    is_single_call = call[0].kind == "function" and closing_bracket(call, 1) == len(call) - 1
    fits = all(
        near is None or near.kind in _LOOSE or near.text in ("+", "-") for near in (before, after)
    )
    if is_single_call or fits:
        return call
    opening = replace(bracket("(", call[0]), space=call[0].space)
    return [opening, replace(call[0], space=False), *call[1:], bracket(")", call[-1])]
