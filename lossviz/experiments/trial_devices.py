"""What trials were computed on, and in which numbers, in words: as their records say."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

PROCESSOR = "processor"  # as in ``Trial.device``
_NOT_RECORDED = "not recorded"


def device_words(device: str, precision: str) -> str:
    """A device and a precision; empty where neither is known. See ``Trial.device``.

    >>> device_words("processor", "32-bit"), device_words("NVIDIA H100", ""), device_words("", "")
    ('the processor, 32-bit', 'NVIDIA H100', '')
    """
    name = f"the {device}" if device == PROCESSOR else device
    return ", ".join(filter(None, (name, precision)))


def describe_devices(words: Iterable[str]) -> str:
    """What several trials were computed on: said once where they share it, else with the number of
    trials of each; empty where it is not known of any.

    Args:
        words: Of each trial, see ``device_words``.

    >>> describe_devices(["NVIDIA H100"] * 3), describe_devices(["NVIDIA H100", "NVIDIA A100", ""])
    ('NVIDIA H100', 'NVIDIA H100 (1 trial); NVIDIA A100 (1 trial); not recorded (1 trial)')
    """
    counts = Counter(words)
    if len(counts) < 2:
        return "".join(counts)
    return "; ".join(f"{name or _NOT_RECORDED} ({_trials(counts[name])})" for name in counts)


def _trials(count: int) -> str:
    return "1 trial" if count == 1 else f"{count} trials"


def devices_differ(by_seed: Mapping[int, Sequence[str]]) -> bool:
    """Whether trials of one seed were computed on different devices or in different precisions, as
    far as that is known.

    Args:
        by_seed: For each seed the words of its trials.
    """
    return any(len(set(words) - {""}) > 1 for words in by_seed.values())


def devices_sentence(by_seed: Mapping[int, Sequence[str]]) -> str:
    """On what trials were computed, and what follows where those of one seed differ in it; empty
    where it is not known.

    Args:
        by_seed: For each seed the words of its trials.

    >>> devices_sentence({0: ["the processor, 32-bit"] * 2})
    'All were computed on the processor, 32-bit.'
    """
    every = [words for of_seed in by_seed.values() for words in of_seed]
    described = describe_devices(every)
    if not described:
        return ""
    if devices_differ(by_seed):
        return (
            f"Trials of one seed were not computed alike: {described}. Sums are rounded otherwise"
            " on another device or in another precision, so a part of a difference between two"
            " losses can come from that."
        )
    if len(set(every)) > 1:
        return f"As far as recorded, trials of one seed were computed alike: {described}."
    return f"All were computed on {described}."
