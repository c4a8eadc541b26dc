"""What lossviz says about factors of a loss, optimisers and wrong labels, as trainings decide it.

``lossviz bench claims`` trains all that the claims need, prints a table and says of each claim
whether it holds. The table in ``docs/training.md`` is such a print, and a test holds the claims to
it; another trains a few of them at every run.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, TypeAlias

from lossviz.experiments.engine.temporary import TemporaryEngine, temporary_engine
from lossviz.experiments.judging.judgement import judge_comparison
from lossviz.experiments.optimizers import OPTIMIZERS, SGD
from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.settings import Settings

SEEDS: Final = 3
SAME: Final = 0.01  # error rates that are no further apart count as the same
WORSE: Final = 0.05  # and those that are further apart than this as different
Means: TypeAlias = Mapping[tuple[str, str], float]  # mean error rates by setup and loss

_DIGITS: Final = get_recipe("digits")
# only the ends of the trainings are compared, so none is evaluated on the way
_ADAM: Final = replace(_DIGITS.settings, evaluations=1)
_SGD: Final = replace(_DIGITS.settings_with(SGD), evaluations=1)
_SGD_RATE: Final = _SGD.learning_rate or 0.0
SETUPS: Final[Mapping[str, Settings]] = MappingProxyType(
    {
        "adam": _ADAM,
        "sgd": _SGD,
        "sgd, rate / 37": replace(_SGD, learning_rate=_SGD_RATE / 37),
        "sgd, rate / 1000": replace(_SGD, learning_rate=_SGD_RATE / 1000),
        "adam, noise": replace(_ADAM, learning_rate=2e-2, unfrozen_epochs=15, label_noise=0.4),
        "sgd, noise": replace(_SGD, unfrozen_epochs=15, label_noise=0.4),
    }
)
_CROSS_ENTROPY, _TIMES_1000, _BOUNDED = "cross_entropy", "-1000*log(p)", "-log(p+1e-8)"
_DOT_PRODUCT, _TIMES_37 = "dot_product", "-37*p"
_ALL: Final = (
    _CROSS_ENTROPY,
    _TIMES_1000,
    _BOUNDED,
    "1/(p+1e-6)",
    "brier",
    "generalized",
    _DOT_PRODUCT,
    _TIMES_37,
)
RUNS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    dict.fromkeys(("adam", "sgd", "adam, noise", "sgd, noise"), _ALL)
    | {"sgd, rate / 37": (_TIMES_37,), "sgd, rate / 1000": (_TIMES_1000,)}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A sentence about trainings of the digits, and what decides it.

    Attributes:
        sentence: As it stands in ``docs/training.md``.
        pairs: The trainings that it compares, two setups with a loss each.
        holds: Whether the mean error rates of each pair, 0 to 1, agree with it.
        trained_long: Whether it shows only after as many epochs as the setups have.
    """

    sentence: str
    pairs: tuple[tuple[tuple[str, str], tuple[str, str]], ...]
    holds: Callable[[float, float], bool]
    trained_long: bool = False

    def is_true(self, means: Means) -> bool:
        """Whether all pairs agree with the sentence."""
        return all(self.holds(means[first], means[second]) for first, second in self.pairs)


def _same(first: float, second: float) -> bool:
    return abs(first - second) <= SAME


def _worse(first: float, second: float) -> bool:
    return first >= second + WORSE


def _better(first: float, second: float) -> bool:
    return _worse(second, first)


def _no_better(first: float, second: float) -> bool:
    return first >= second - SAME


def _with_noise(*losses: str) -> tuple[tuple[tuple[str, str], tuple[str, str]], ...]:
    """Each of the losses against cross-entropy, with wrong labels."""
    return tuple((("adam, noise", loss), ("adam, noise", _CROSS_ENTROPY)) for loss in losses)


CLAIMS: Final = (
    Claim(
        sentence="With Adam a constant factor of a loss cancels.",
        pairs=(
            (("adam", _TIMES_1000), ("adam", _CROSS_ENTROPY)),
            (("adam", _TIMES_37), ("adam", _DOT_PRODUCT)),
        ),
        holds=_same,
    ),
    Claim(
        sentence="With SGD a constant factor is a learning rate.",
        pairs=(
            (("sgd, rate / 1000", _TIMES_1000), ("sgd", _CROSS_ENTROPY)),
            (("sgd, rate / 37", _TIMES_37), ("sgd", _DOT_PRODUCT)),
        ),
        holds=_same,
    ),
    Claim(
        sentence="With SGD the same rate does not fit a loss and a thousand times that loss.",
        pairs=((("sgd", _TIMES_1000), ("sgd", _CROSS_ENTROPY)),),
        holds=_worse,
    ),
    Claim(
        sentence="A bound changes nothing where no image is as wrong as that.",
        pairs=(
            (("adam", _BOUNDED), ("adam", _CROSS_ENTROPY)),
            (("sgd", _BOUNDED), ("sgd", _CROSS_ENTROPY)),
            (("adam, noise", _BOUNDED), ("adam, noise", _CROSS_ENTROPY)),
        ),
        holds=_same,
    ),
    Claim(
        sentence="With Adam a bound alone does not help against wrong labels.",
        pairs=_with_noise(_BOUNDED, "1/(p+1e-6)", "brier"),
        holds=_no_better,
        trained_long=True,
    ),
    Claim(
        sentence="With Adam the dot product and the generalised loss do help.",
        pairs=_with_noise(_DOT_PRODUCT, "generalized"),
        holds=_better,
        trained_long=True,
    ),
)


def setup_title(settings: Settings) -> str:
    """A setup in a few words.

    >>> setup_title(SETUPS["sgd"]), setup_title(SETUPS["adam, noise"])
    ('SGD with momentum, 0.1', 'Adam, 0.02; 40% wrong labels, 16 epochs')
    """
    title = f"{OPTIMIZERS[settings.optimizer]}, {settings.learning_rate:.2g}"
    if not settings.label_noise:
        return title
    return f"{title}; {settings.label_noise:.0%} wrong labels, {settings.epochs} epochs"


def markdown_table(means: Means) -> str:
    """Mean error rates as a table of Markdown: a row a loss, a column a setup."""
    titles = [setup_title(settings) for settings in SETUPS.values()]
    rows = [["loss", *titles], ["---", *["---:"] * len(titles)]]
    for loss in _ALL:
        cells = [f"{means[setup, loss]:.4f}" if (setup, loss) in means else "" for setup in SETUPS]
        rows.append([f"`{loss}`", *cells])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def read_markdown_table(text: str) -> Means:
    """The mean error rates of a table that ``markdown_table`` has written, wherever it stands.

    >>> means = {("adam", "brier"): 0.25}
    >>> dict(read_markdown_table(markdown_table(means))) == means
    True
    """
    header = [setup_title(settings) for settings in SETUPS.values()]
    lines = [_cells(line) for line in text.splitlines() if line.startswith("|")]
    start = lines.index(["loss", *header])
    means = {}
    for loss, *cells in lines[start + 2 : start + 2 + len(_ALL)]:
        for setup, cell in zip(SETUPS, cells, strict=True):
            if cell:
                means[setup, loss.strip("`")] = float(cell)
    return means


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]


def verdicts(means: Means) -> Sequence[str]:
    """A line for each claim: whether these error rates agree with it."""
    return [
        f"{'holds' if claim.is_true(means) else 'DOES NOT HOLD'}: {claim.sentence}"
        for claim in CLAIMS
    ]


def measure(training: TemporaryEngine, setups: Sequence[str] = tuple(RUNS)) -> Means:
    """Train what the setups need, over ``SEEDS`` seeds.

    Returns:
        Only means over all seeds.

    Side effects: trains a comparison a setup.
    """
    means: dict[tuple[str, str], float] = {}
    for number, setup in enumerate(setups):
        comparison = plan_comparison(
            id=f"claims{number}",
            recipe=_DIGITS.key,
            losses=RUNS[setup],
            seeds=SEEDS,
            created_at=time.time(),
            settings=SETUPS[setup],
        )
        judgement = judge_comparison(training.train(comparison))
        for loss, result in zip(RUNS[setup], judgement.losses, strict=True):
            if result.mean is not None and not result.coverage:
                means[setup, loss] = result.mean
    return means


def bench_claims() -> str:
    """Train, and return the table and the verdicts.

    Side effects: those of ``temporary_engine``.
    """
    with temporary_engine() as training:
        means = measure(training)
    return "\n".join([markdown_table(means), *verdicts(means), ""])
