"""On an accelerator an objective takes few calls and little memory, and waits for nothing.

Without one, meta tensors take its path, and the processor's are sent along it to look at numbers.
"""

import copy
import math
import pickle
import warnings

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from lossviz import LOSSES, loss_from_spec, objective
from lossviz.losses.loss import Loss
from lossviz.losses.objective import module
from lossviz.losses.objective.accelerator import free_memory
from tests.support.lengths import heavy
from tests.support.loss_cases import NESTED_REDUCTIONS, every_loss
from tests.support.meter import Meter, metered

# at the ends of their parameters
SETTINGS = [
    loss.with_values(**{parameter.name: value})
    for loss in LOSSES.values()
    for parameter in loss.parameters
    for value in (parameter.minimum, parameter.maximum)
]
# what the catalogue has not: conditions on numbers and tensors, the same term in two sums, one that
# is alike for every class, two maxima, a power of a power
FORMULAS = (
    "where(p > 0.4, 1/p, 2 - p)",
    "max(where(log(pj) >= 0.7, 2, log(p))) - p",
    "sum(where(pj > p, pj, 0)) + max(pj) - p",
    "sum(p*log(pj)) - p",
    "mean(max(2*log(pj), pj - K)) - p",
    "sum(pj*log(pj))*sum(pj**2) - p + sum(pj)**2",
    "exp(p)/(1 + p)*log1p(p) - 3*p + abs(p - 0.3)",
    "sqrt(sum(pj**2))**3/(1 + sqrt(sum(pj**2)))**2 - p**1.5",
)
MOST_CALLS = 30
MOST_CALLS_OF_HALF = 32  # results and gradients of 16 bits are rounded to by calls of their own
SHAPES = [(1, 2), (64, 37), (4096, 1000), (8192, 128256)]
REDUCTIONS = ("mean", "sum", "none")
HALF = (torch.bfloat16, torch.float16)
# of p alone, with a pole, and of all classes: by sums, by a maximum, and by a quotient of sums
COMPILED = ("cross_entropy", "generalized", "focal", "cosine", "hinge", "normalised_generalized")


@pytest.fixture
def accelerated(monkeypatch: pytest.MonkeyPatch) -> None:
    """The processor's tensors take the path of an accelerator's."""
    monkeypatch.setattr(module, "takes_accelerator_path", lambda logits: True)


def on_meta(shape: tuple[int, int], dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
    logits = torch.empty(shape, device="meta", dtype=dtype, requires_grad=True)
    return logits, torch.empty(shape[0], device="meta", dtype=torch.int64)


def draw(
    seed: int = 0, *, rows: int = 40, classes: int = 7, spread: float = 3.0
) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(rows, classes, generator=generator, dtype=torch.float64) * spread
    targets = torch.randint(classes, (rows,), generator=generator)
    targets[::9] = -100
    return logits, targets


def value_and_gradient(
    criterion: module.Objective, logits: Tensor, targets: Tensor
) -> list[Tensor]:
    logits = logits.detach().requires_grad_()
    value = criterion(logits, targets)
    return [value.detach(), *torch.autograd.grad(value.sum(), logits)]


@every_loss
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_no_loss_takes_more_than_30_calls_at_any_size(loss: Loss, shape: tuple[int, int]) -> None:
    calls = metered(objective(loss), *on_meta(shape)).calls
    assert len(calls) <= MOST_CALLS, calls


@every_loss
@pytest.mark.parametrize("dtype", HALF, ids=str)
def test_16_bit_logits_take_two_calls_more_at_most(loss: Loss, dtype: torch.dtype) -> None:
    calls = metered(objective(loss), *on_meta((4096, 1000), dtype)).calls
    assert len(calls) <= MOST_CALLS_OF_HALF, calls


@every_loss
@pytest.mark.parametrize("dtype", [torch.float32, *HALF], ids=str)
def test_no_loss_holds_more_than_its_share_of_memory(loss: Loss, dtype: torch.dtype) -> None:
    shape = (2048, 5000)
    meter = metered(objective(loss), *on_meta(shape, dtype))
    most = 2 if loss.formula.depends_on_pj else 1
    small = 64 * shape[0]  # tensors of one number an example
    assert meter.peak_bytes <= most * 4 * shape[0] * shape[1] + small


@every_loss
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_nothing_comes_from_the_host_or_goes_there(
    loss: Loss, reduction: str, weighted: bool
) -> None:
    weight = torch.ones(7) if weighted else None
    criterion = objective(loss, reduction, weight=weight).to("meta")
    # an .item() would raise
    assert {device for *_, device in metered(criterion, *on_meta((6, 7))).made} == {"meta"}


@every_loss
@pytest.mark.parametrize("dtype", HALF, ids=str)
def test_16_bit_logits_are_not_copied_to_float32(
    loss: Loss, dtype: torch.dtype, accelerated: None
) -> None:
    logits, targets = draw()
    for autocast in (False, True):
        short = logits.to(dtype).requires_grad_()
        with Meter([short, targets]) as meter, torch.autocast("cpu", enabled=autocast):
            value = objective(loss)(short, targets)
            torch.autograd.grad(value, short)
        assert value.dtype == (torch.float32 if autocast else dtype)
        made = {made for shape, made, _ in meter.made if shape == logits.shape}
        assert torch.float32 not in made


@every_loss
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("spread", [1.0, 12.0])
def test_values_and_gradients_are_the_processors(
    loss: Loss, reduction: str, spread: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    logits, targets = draw(spread=spread)
    for weight in (None, [0.0, 1.0, 2.0, 0.5, 1.0, 3.0, 1.0]):
        for mark in (-100, 3):
            criterion = objective(loss, reduction, weight=weight, ignore_index=mark)
            shown = targets.where(targets >= 0, mark)
            monkeypatch.setattr(module, "takes_accelerator_path", lambda logits: False)
            expected = value_and_gradient(criterion, logits, shown)
            monkeypatch.setattr(module, "takes_accelerator_path", lambda logits: True)
            found = value_and_gradient(criterion, logits, shown)
            torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-12)
            # float32 has torch's digits: those of numbers near 1
            short = value_and_gradient(criterion, logits.float(), shown)
            largest = [part.abs().max().clamp(min=1.0).item() for part in expected]
            for part, exact, size in zip(short, expected, largest, strict=True):
                assert (part - exact).abs().max() <= 1e-5 * size


@pytest.mark.parametrize(
    "loss",
    [*SETTINGS, *map(loss_from_spec, [*NESTED_REDUCTIONS, *FORMULAS])],
    ids=lambda loss: loss.label,
)
def test_any_formula_has_the_processors_numbers(
    loss: Loss, monkeypatch: pytest.MonkeyPatch
) -> None:
    logits, targets = draw(1)
    criterion = objective(loss, "none")
    expected = value_and_gradient(criterion, logits, targets)
    monkeypatch.setattr(module, "takes_accelerator_path", lambda logits: True)
    found = value_and_gradient(criterion, logits, targets)
    torch.testing.assert_close(found, expected, rtol=1e-8, atol=1e-10)


@every_loss
def test_a_second_backward_pass_gives_the_same_again(loss: Loss, accelerated: None) -> None:
    logits, targets = draw()
    logits.requires_grad_()
    value = objective(loss)(logits, targets)
    passes = [torch.autograd.grad(value, logits, retain_graph=True)[0] for _ in range(3)]
    (differentiable,) = torch.autograd.grad(value, logits, create_graph=True)
    for gradient in (*passes[1:], differentiable.detach()):
        torch.testing.assert_close(gradient, passes[0], rtol=1e-9, atol=1e-12)
    (second,) = torch.autograd.grad(differentiable.square().sum(), logits)
    assert second.isfinite().all()


@every_loss
def test_an_ignored_example_may_have_any_logits(loss: Loss, accelerated: None) -> None:
    logits, targets = draw()
    logits[0, 0] = -math.inf  # of the class that stands in for the ignored one
    logits[9, 0] = -200.0
    value, gradient = value_and_gradient(objective(loss), logits, targets)
    assert value.isfinite()
    assert (gradient[targets < 0] == 0).all()


@every_loss
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, *HALF], ids=str)
@pytest.mark.parametrize("classes", [2, 7])
def test_a_true_class_without_probability_has_the_processors_loss(
    loss: Loss, dtype: torch.dtype, classes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    logits, targets = draw(classes=classes, spread=1.0)
    logits[::3, 0] = -math.inf
    logits = logits.to(dtype)
    criterion = objective(loss, "none")
    expected = value_and_gradient(criterion, logits, targets)
    monkeypatch.setattr(module, "takes_accelerator_path", lambda logits: True)
    found = value_and_gradient(criterion, logits, targets)
    limit = 10 * torch.finfo(dtype).eps
    torch.testing.assert_close(found[0], expected[0], rtol=limit, atol=limit)
    assert not found[1][expected[1].isfinite()].isnan().any()


@every_loss
@pytest.mark.parametrize("scale", [1.0, 65536.0])
def test_a_scaled_gradient_of_16_bits_overflows_only_where_it_must(
    loss: Loss, scale: float, accelerated: None
) -> None:
    logits, targets = draw(spread=0.5)
    short = logits.half().requires_grad_()
    with torch.autocast("cpu"):  # its result has 32 bits, as a scaler of gradients wants it
        value = objective(loss)(short, targets)
    (found,) = torch.autograd.grad(value, short, torch.tensor(scale))
    exact = value_and_gradient(objective(loss), short.detach().double(), targets)[1] * scale
    assert exact.abs().max() < torch.finfo(torch.half).max
    assert (found - exact).abs().max() <= 1e-2 * exact.abs().max()


@every_loss
def test_logits_may_lie_in_memory_in_any_way(loss: Loss, monkeypatch: pytest.MonkeyPatch) -> None:
    images, classes = torch.randn(3, 5, 2, 4).double(), torch.randint(5, (3, 2, 4))
    table, marks = torch.randn(5, 8).double(), torch.randint(5, (8,))
    cases = [(1, images, classes), (0, table, marks), (1, table.t(), marks)]
    cases.append((1, torch.randn(1, 5).double().expand(8, 5), marks))
    for axis, logits, targets in cases:
        criterion = objective(loss, "none", axis=axis)
        results = []
        for is_fast in (False, True):
            monkeypatch.setattr(module, "takes_accelerator_path", lambda _, fast=is_fast: fast)
            results.append(value_and_gradient(criterion, logits, targets))
        torch.testing.assert_close(results[1], results[0], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("key", ["cross_entropy", "hinge", "normalised_generalized"])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_targets_that_are_no_class_are_refused(key: str, reduction: str, accelerated: None) -> None:
    logits = torch.randn(6, 4)
    for weight in (None, torch.ones(4)):
        for wrong, mark in ((4, -100), (-1, -100), (-1, 2), (-100, -1)):
            criterion = objective(LOSSES[key], reduction, weight=weight, ignore_index=mark)
            with pytest.raises((IndexError, RuntimeError), match="out of bounds"):
                criterion(logits, torch.tensor([0, 1, wrong, 3, 0, mark]))


@every_loss
def test_a_used_objective_can_be_copied_and_sent(loss: Loss, accelerated: None) -> None:
    logits, targets = draw()
    criterion = objective(loss)
    expected = value_and_gradient(criterion, logits, targets)
    for other in (copy.deepcopy(criterion), pickle.loads(pickle.dumps(criterion))):
        assert all(map(torch.equal, value_and_gradient(other, logits, targets), expected))


@every_loss
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_the_mean_of_nothing_is_torchs(loss: Loss, reduction: str, accelerated: None) -> None:
    for targets in (torch.full((5,), -100), torch.zeros(0, dtype=torch.int64)):
        logits = torch.randn(len(targets), 4)
        value, gradient = value_and_gradient(objective(loss, reduction), logits, targets)
        theirs = F.cross_entropy(logits, targets, reduction=reduction)
        torch.testing.assert_close(value, theirs, equal_nan=True)
        assert (gradient == 0).all()


@every_loss
@pytest.mark.parametrize("dtype", HALF, ids=str)
@pytest.mark.parametrize("classes", [7, 500])
def test_16_bit_logits_err_as_torchs_log_softmax_does(
    loss: Loss, dtype: torch.dtype, classes: int, accelerated: None
) -> None:
    logits, targets = draw(rows=200, classes=classes, spread=2.0)
    targets.clamp_(min=0)
    short = logits.to(dtype)
    exact = short.double()
    criterion = objective(loss, "none")
    value, gradient = value_and_gradient(criterion, exact, targets)
    found, slope = value_and_gradient(criterion, short, targets)
    # What torch's own error of log p makes of p, in every class; its cross-entropy, the first of
    # these losses, has this error itself.
    log_pj = short.log_softmax(1).double()
    error = (log_pj - exact.log_softmax(1)).abs().amax(1) + torch.finfo(dtype).eps
    held = value.abs() < torch.finfo(dtype).max / 2  # what 16 bits can hold
    assert held.float().mean() > 0.5
    limit = 4 * error * value.abs().clamp(min=1.0)
    assert ((found.double() - value).abs() <= limit)[held].all()
    limit = 4 * error * gradient.abs().amax(1).clamp(min=1.0)
    assert ((slope.double() - gradient).abs().amax(1) <= limit)[held].all()


@every_loss
def test_what_does_not_fit_is_computed_in_blocks(
    loss: Loss, accelerated: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    logits, targets = draw(rows=64, classes=500)
    logits = logits.float()
    criterion = objective(loss)
    expected = value_and_gradient(criterion, logits, targets)
    # the gradient of all examples, and a part of what they need beside it
    free = (1.75 if loss.formula.depends_on_pj else 0.9) * logits.nbytes
    monkeypatch.setattr(free_memory, "_BYTES_WORTH_ASKING", 0)
    monkeypatch.setattr(free_memory, "free_bytes", lambda device: free)
    found = value_and_gradient(criterion, logits, targets)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-7)
    peak = metered(criterion, logits.requires_grad_(), targets).peak_bytes
    assert peak <= max(free, 1.2 * logits.nbytes)


def test_all_rows_go_at_once_where_nothing_is_short() -> None:
    assert free_memory.rows_at_once(on_meta((8192, 128256))[0], 2) == 8192
    assert free_memory.rows_at_once(torch.empty(0, 5), 2) == 1


@pytest.mark.slow
@pytest.mark.parametrize("key", [key if key in COMPILED else heavy(key) for key in LOSSES])
def test_every_loss_compiles_to_one_graph(key: str) -> None:
    # 16 bits in turn with 32, which take the same lines but for a conversion
    dtype = [torch.float32, torch.bfloat16][list(LOSSES).index(key) % 2]
    torch.compiler.reset()
    criterion = objective(LOSSES[key], weight=torch.ones(5)).to("meta")
    compiled = torch.compile(criterion, backend="aot_eager", fullgraph=True)
    logits, targets = on_meta((6, 5), dtype)
    value = compiled(logits, targets)
    value.backward()
    assert value.dtype == logits.grad.dtype == dtype


@pytest.mark.slow
@pytest.mark.parametrize("key", ["focal", "cosine", "hinge"])
def test_compiled_for_an_accelerator_it_has_the_same_numbers(key: str, accelerated: None) -> None:
    torch.compiler.reset()
    logits, targets = draw()
    criterion = objective(LOSSES[key])
    expected = value_and_gradient(criterion, logits, targets)
    backend = "inductor" if key == "cosine" else "aot_eager"
    compiled = torch.compile(criterion, backend=backend, fullgraph=True)
    found = value_and_gradient(compiled, logits, targets)
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-12)


def test_soft_targets_and_autocast_work_on_any_device() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for loss in (loss for loss in LOSSES.values() if loss.soft_targets):
            logits = torch.empty(6, 5, device="meta", dtype=torch.bfloat16, requires_grad=True)
            shares = torch.empty(6, 5, device="meta")
            meter = metered(objective(loss), logits, shares)
            assert {device for *_, device in meter.made} == {"meta"}


def test_soft_targets_take_memory_of_eight_logits_at_most() -> None:
    shape = (2048, 5000)
    for loss in (loss for loss in LOSSES.values() if loss.soft_targets):
        logits = torch.empty(shape, device="meta", requires_grad=True)
        meter = metered(objective(loss), logits, torch.empty(shape, device="meta"))
        assert meter.peak_bytes <= 8.1 * logits.nbytes, loss.label
