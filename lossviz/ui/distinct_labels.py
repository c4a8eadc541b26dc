"""Labels of options to choose among."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import TypeVar

Key = TypeVar("Key")


def distinct_labels(labels: Mapping[Key, str], own: Callable[[Key], str] = str) -> dict[Key, str]:
    """The labels, of which no two are equal: Streamlit's browser names a choice by its label, and
    of two with the same one Python takes the last.

    Args:
        labels: By what is chosen.
        own: What is added to a label that several have, different for each of them.

    >>> distinct_labels({"a": "cat", "b": "cat", "c": "dog"})
    {'a': 'cat · a', 'b': 'cat · b', 'c': 'dog'}
    """
    times = Counter(labels.values())
    return {
        key: label if times[label] == 1 else f"{label} · {own(key)}"
        for key, label in labels.items()
    }
