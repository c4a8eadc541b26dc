"""How the numbers of a verdict read: counts, and differences in images and in points."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What an error rate counts.

    Attributes:
        noun: One of them.
        kind: The same in "new images of this kind".
        percent: What a hundredth of an error rate is called beside them.
    """

    noun: str
    kind: str
    percent: str


IMAGE: Final = Unit(noun="image", kind="image", percent="point")
TEST_POINT: Final = Unit(noun="test point", kind="point", percent="percentage point")


def count(number: int, noun: str) -> str:
    """A number with its noun in the right form.

    >>> count(1, "seed"), count(2000, "image")
    ('1 seed', '2,000 images')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def rounded(value: float) -> str:
    """A number, 0 or more, to a digit behind the point or the first that is not 0.

    >>> [rounded(value) for value in (12.3, 3.04, 0.42, 0.0043, 0.0)]
    ['12', '3', '0.4', '0.004', '0']
    """
    value = round(value, 9)  # 6.75 images are 6.7499999999 after a detour over the error rate
    if value >= 9.95:
        return f"{value:,.0f}"
    text = f"{value:.1f}" if value >= 0.095 or value == 0 else f"{value:.1g}"
    return text.removesuffix(".0")


def end_of_interval(value: float) -> str:
    """The same for an end of an interval, whose digits say less: whole numbers from 2.5 on."""
    return f"{value:,.0f}" if value >= 2.5 else rounded(value)


def listed(names: Sequence[str]) -> str:
    """Names in a sentence.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """How differences of an error rate are written: in images, or in points alone.

    Attributes:
        images: Validation images, or what else the unit counts; None where they are not known.
        unit: What is counted.
    """

    images: int | None
    unit: Unit = IMAGE

    def size(self, difference: float) -> str:
        """How large a difference is.

        >>> Measure(images=359).size(-0.0011), Measure(images=None).size(0.0011)
        ('0.4 images', '0.11 points')
        """
        if self.images is None:
            return self.points(difference)
        return _with_noun(rounded(abs(difference) * self.images), self.unit.noun)

    def points(self, difference: float) -> str:
        """The same in percentage points of the error rate, to two digits behind the point."""
        points = abs(difference) * 100
        two_digits = f"{points:.2f}".rstrip("0")
        number = two_digits if 0.005 <= points < 0.995 else rounded(points)
        return _with_noun(number, self.unit.percent)

    def apart(self, difference: float) -> str:
        """How far apart two losses are.

        >>> Measure(images=359).apart(0.0011)
        '0.4 images of 359 apart (0.11 points)'
        """
        if self.images is None:
            return f"{self.points(difference)} apart"
        of_all = f"{self.size(difference)} of {self.images:,}"
        return f"{of_all} apart ({self.points(difference)})"

    def compared(self, difference: float) -> str:
        """What a loss does that makes fewer errors, or more.

        >>> Measure(images=359).compared(-0.0111)
        'it misclassifies 4 fewer of 359 images (1.1 points)'
        >>> Measure(images=200, unit=TEST_POINT).compared(0.01)
        'it misclassifies 2 more of 200 test points (1 percentage point)'
        >>> Measure(images=None).compared(0.0111)
        'its error rate is 1.1 points higher'
        """
        if self.images is None:
            side = "lower" if difference < 0 else "higher"
            return f"its error rate is {self.points(difference)} {side}"
        side = "fewer" if difference < 0 else "more"
        number = rounded(abs(difference) * self.images)
        points, of_all = self.points(difference), count(self.images, self.unit.noun)
        return f"it misclassifies {number} {side} of {of_all} ({points})"

    def ends(self, interval: tuple[float, float]) -> str:
        """An interval in words.

        >>> Measure(images=359).ends((-0.0111, 0.0139))
        'between 4 fewer and 5 more'
        >>> Measure(images=None).ends((-0.0139, -0.003))
        'between 0.3 and 1.4 points lower'
        """
        if interval == (-1.0, 1.0):
            return "with any difference still possible"
        low, high = interval
        scale = 100 if self.images is None else self.images
        first, last = end_of_interval(abs(low) * scale), end_of_interval(abs(high) * scale)
        less, more = ("lower", "higher") if self.images is None else ("fewer", "more")
        if high < 0:
            return f"between {last} and {self._end(first)} {less}"
        if low > 0:
            return f"between {first} and {self._end(last)} {more}"
        return f"between {self._end(first)} {less} and {self._end(last)} {more}"

    def _end(self, number: str) -> str:
        """An end of an interval with its unit, where that does not go without saying."""
        if self.images is not None:
            return number
        return _with_noun(number, self.unit.percent)


def _with_noun(number: str, noun: str) -> str:
    return f"{number} {noun}" if number == "1" else f"{number} {noun}s"
