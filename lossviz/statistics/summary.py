"""One sentence over all losses of a comparison."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from lossviz.statistics.loss_verdict import LossVerdict, Word
from lossviz.statistics.wording import count, listed

_NAMED: Final = 3  # more losses with the same verdict are counted
_SAID: Final[Mapping[Word, tuple[str, str]]] = MappingProxyType(
    {  # of one loss, of several
        Word.BETTER: ("is better", "are better"),
        Word.WORSE: ("is worse", "are worse"),
        Word.SAME: ("is practically the same", "are practically the same"),
        Word.UNDECIDED: ("cannot be told apart from it", "cannot be told apart from it"),
        Word.DIVERGES: ("diverges", "diverge"),
        Word.TOO_EARLY: ("has too few seeds", "have too few seeds"),
    }
)


def summarise(verdicts: Sequence[LossVerdict]) -> str:
    """What became of all losses beside the baseline, the clear ones first.

    Args:
        verdicts: One for each loss but the baseline, one or more.
    """
    first = verdicts[0]
    if first.baseline_diverged:
        among = f"{first.baseline_diverged} of {count(first.baseline_ended, 'seed')}"
        return (
            f"Nothing can be compared with {first.baseline_label}: it diverged in {among}."
            f"{_diverging(verdicts)}"
        )
    by_word = {word: [v.label for v in verdicts if v.word is word] for word in Word}
    parts = [_part(word, labels) for word, labels in by_word.items() if labels]
    seeds = [verdict.seeds for verdict in verdicts if verdict.word is not Word.DIVERGES]
    opening = "" if all(verdict.final for verdict in verdicts) else "So far: "
    compared = f"{_compared(first, seeds)}, " if any(seeds) else ""
    sentence = f"{opening}{compared}{'; '.join(parts)}."
    return sentence[0].upper() + sentence[1:] if compared and not opening else sentence


def _compared(first: LossVerdict, seeds: Sequence[int]) -> str:
    """On how many seeds losses are compared; from and to where they differ."""
    fewest, most = min(seeds), max(seeds)
    on = count(most, "seed") if fewest == most else f"{fewest} to {count(most, 'seed')}"
    return f"compared with {first.baseline_label} on {on}"


def _part(word: Word, labels: Sequence[str]) -> str:
    one, several = _SAID[word]
    names = listed(labels) if len(labels) <= _NAMED else f"{len(labels)} losses"
    return f"{names} {one if len(labels) == 1 else several}"


def _diverging(verdicts: Sequence[LossVerdict]) -> str:
    labels = [verdict.label for verdict in verdicts if verdict.word is Word.DIVERGES]
    if not labels:
        return ""
    verb = "does" if len(labels) == 1 else "do"
    return f" So {verb} {listed(labels)}."
