"""A formula that is typed on the playground: its trees, or what is wrong with it and where."""

from __future__ import annotations

import json
from typing import Any

from lossviz.errors import FormulaError, LossvizError
from lossviz.losses.parsing import loss_from_spec
from lossviz.ui.playground.offer import offered


def answer_json(number: int, text: str) -> str:
    """The answer to a question of formula_reader.js.

    Args:
        number: Of the question.
        text: What is typed.

    >>> json.loads(answer_json(3, "p +* 2"))["place"].splitlines()
    ['p +* 2', '   ^']
    """
    try:
        answer: dict[str, Any] = {"loss": offered(loss_from_spec(text))}
    except LossvizError as error:
        answer = {"reason": str(error), "place": _place(error)}
    return json.dumps({"number": number, **answer}, ensure_ascii=False, allow_nan=False)


def _place(error: LossvizError) -> str:
    """The text with a caret under the place that is wrong; empty where it is the whole."""
    if not isinstance(error, FormulaError) or error.position is None:
        return ""
    return error.pointed().removesuffix(error.reason).removesuffix("\n")
