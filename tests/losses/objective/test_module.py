"""The torch objective computes what the article's code does, and is finite where that is not."""

import copy
import pickle

import fastai.callback.progress  # noqa: F401 - gives Learner its no_bar
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from lossviz import LOSSES, get_loss, objective, parse_loss
from lossviz.errors import InvalidInput
from lossviz.losses.loss import Loss
from lossviz.losses.objective.module import Objective
from tests.support.loss_cases import every_loss


# the article's code, as it stands there
def softmax(x):
    return x.exp() / (x.exp().sum(-1)).unsqueeze(-1)


def nl(input, target):
    return -input[range(target.shape[0]), target].log().mean()


def our_cross_entropy(input, target):
    pred = softmax(input)
    loss = nl(pred, target)
    return loss  # noqa: RET504


def dot_product_loss(input, target):
    pred = softmax(input)
    return -(pred[range(target.shape[0]), target]).mean()


def inverse_loss(input, target):
    pred = softmax(input)
    return (1 / (pred[range(target.shape[0]), target])).mean()


def inverse_loss_tunning(input, target):
    pred = softmax(input)
    return (1 / ((pred[range(target.shape[0]), target]).pow(0.2))).mean()


ARTICLE = {
    "cross_entropy": our_cross_entropy,
    "dot_product": dot_product_loss,
    "inverse": inverse_loss,
    "inverse_power": inverse_loss_tunning,
}


def draw(
    seed: int,
    *,
    rows: int = 64,
    classes: int = 37,
    spread: float = 3.0,
    dtype: torch.dtype = torch.float64,
) -> tuple[Tensor, Tensor]:
    """Random logits that want a gradient, and targets."""
    generator = torch.Generator().manual_seed(seed)
    logits = (
        (torch.randn(rows, classes, generator=generator, dtype=torch.float64) * spread)
        .to(dtype)
        .requires_grad_()
    )
    return logits, torch.randint(classes, (rows,), generator=generator)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("key", ARTICLE)
def test_value_and_gradient_are_those_of_the_articles_code(key: str, seed: int) -> None:
    logits, targets = draw(seed)
    ours, theirs = objective(LOSSES[key])(logits, targets), ARTICLE[key](logits, targets)
    assert ours.item() == pytest.approx(theirs.item(), rel=1e-9, abs=1e-9)
    torch.testing.assert_close(
        *(torch.autograd.grad(loss, logits)[0] for loss in (ours, theirs)), rtol=1e-9, atol=1e-9
    )


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_cross_entropy_is_torchs(dtype: torch.dtype) -> None:
    logits, targets = draw(0, dtype=dtype, spread=10)
    for reduction in ("mean", "sum", "none"):
        ours = objective(LOSSES["cross_entropy"], reduction=reduction)(logits, targets)
        torch.testing.assert_close(
            ours, F.cross_entropy(logits, targets, reduction=reduction), rtol=1e-6, atol=1e-6
        )


@pytest.mark.parametrize("q", [-1.0, -0.2, -1e-9, 0.0, 1e-9, 0.7, 1.0])
def test_the_family_is_finite_at_logits_of_80_for_every_q(q: float) -> None:
    for truth in (-80.0, 80.0):
        logits = torch.full((1, 10), -truth, dtype=torch.float64)
        logits[0, 3] = truth
        value = objective(get_loss("generalized", q=q))(logits.requires_grad_(), torch.tensor([3]))
        value.backward()
        assert value.isfinite()
        assert logits.grad.isfinite().all()


@every_loss
def test_the_values_are_those_of_numpy(loss: Loss) -> None:
    logits, targets = draw(1)
    expected = torch.from_numpy(
        loss.value_and_gradient(logits.detach().numpy(), targets.numpy())[0]
    )
    torch.testing.assert_close(
        objective(loss, reduction="none")(logits, targets).detach(),
        expected,
        rtol=1e-11,
        atol=1e-11,
    )


@pytest.mark.parametrize(
    "loss",
    [loss for loss in LOSSES.values() if not loss.formula.depends_on_pj],
    ids=lambda loss: loss.key,
)
def test_the_gradient_is_cross_entropys_times_the_weight(loss: Loss) -> None:
    logits, targets = draw(2)
    (gradient,) = torch.autograd.grad(objective(loss, reduction="sum")(logits, targets), logits)
    p = logits.detach().softmax(-1)
    weight = torch.from_numpy(loss.weight(p[range(len(targets)), targets].numpy()))
    torch.testing.assert_close(
        gradient, -weight.unsqueeze(1) * (F.one_hot(targets, 37) - p), rtol=1e-10, atol=1e-12
    )


@pytest.mark.parametrize(
    "loss",
    [
        *LOSSES.values(),
        parse_loss("where(p > 0.4, 1/p, max(2, 1 - p**2))"),
        get_loss("generalized", q=0),
    ],
    ids=lambda loss: loss.label,
)
def test_the_gradient_passes_torchs_own_check(loss: Loss) -> None:
    logits, targets = draw(3, rows=6, classes=4, spread=1)
    assert torch.autograd.gradcheck(
        lambda values: objective(loss, reduction="none")(values, targets), logits
    )


@every_loss
def test_mean_and_sum_reduce_what_none_returns(loss: Loss) -> None:
    logits, targets = draw(4)
    each = objective(loss, reduction="none")(logits, targets)
    assert each.shape == targets.shape
    assert objective(loss)(logits, targets).item() == pytest.approx(each.mean().item(), rel=1e-12)
    assert objective(loss, reduction="sum")(logits, targets).item() == pytest.approx(
        each.sum().item(), rel=1e-12
    )


def test_another_reduction_is_refused() -> None:
    with pytest.raises(InvalidInput, match="mean, sum, none"):
        objective(LOSSES["inverse"], reduction="max")


@pytest.mark.parametrize(
    ("text", "p"),
    [
        ("where(p > 0.2, log(p - 0.1), p)", 0.05),
        ("where(p < 0.9, sqrt(1 - p), 0*p)", 1.0),
        ("where(p > 0.3, p, 1/(p - 0.625))", 0.625),
    ],
)
def test_the_branch_not_taken_puts_no_nan_in_the_gradient(text: str, p: float) -> None:
    log_odds = torch.tensor(p, dtype=torch.float64).logit().clamp(max=60.0)
    logits = torch.stack([log_odds, torch.zeros_like(log_odds)]).unsqueeze(0).requires_grad_()
    value = objective(parse_loss(text))(logits, torch.tensor([0]))
    value.backward()
    assert value.isfinite()
    assert logits.grad.isfinite().all()


@every_loss
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_the_dtype_of_the_logits_is_kept(loss: Loss, dtype: torch.dtype) -> None:
    logits, targets = draw(5, rows=16, classes=4, spread=1, dtype=dtype)
    value = objective(loss)(logits, targets)
    value.backward()
    assert value.dtype == logits.grad.dtype == dtype
    exact = objective(loss)(logits.detach().double(), targets)
    assert value.item() == pytest.approx(
        exact.item(), rel=0.05 if dtype in (torch.float16, torch.bfloat16) else 1e-5
    )


def test_classes_may_lie_on_another_axis() -> None:
    logits, targets = torch.randn(2, 5, 3, 3, dtype=torch.float64), torch.randint(5, (2, 3, 3))
    value = Objective(LOSSES["cross_entropy"], axis=1)(logits, targets)
    torch.testing.assert_close(value, F.cross_entropy(logits, targets))


@pytest.mark.parametrize(
    ("logits", "targets", "words"),
    [
        (torch.randn(4, 3), torch.zeros(5, dtype=torch.int64), r"\(4, 3\) and \(5,\)"),
        (torch.randn(4, 3), torch.zeros(4, 3, dtype=torch.int64), "one axis more"),
        (torch.randn(4), torch.zeros(4, dtype=torch.int64), "one axis more"),
        (torch.tensor(1.0), torch.tensor(0), "one axis more"),
        (torch.randn(4, 3), torch.zeros(4), "soft targets"),
        (torch.randn(4, 3), torch.zeros(4, dtype=torch.bool), "integers"),
        (torch.ones(4, 3, dtype=torch.int64), torch.zeros(4, dtype=torch.int64), "floating point"),
    ],
)
def test_shapes_and_types_that_do_not_match_are_refused(
    logits: Tensor, targets: Tensor, words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        objective(LOSSES["cross_entropy"])(logits, targets)


@every_loss
@pytest.mark.parametrize(
    "copied",
    [copy.deepcopy, lambda criterion: pickle.loads(pickle.dumps(criterion))],
    ids=["deepcopy", "pickle"],
)
def test_a_copy_computes_the_same(loss: Loss, copied) -> None:
    logits, targets = draw(6)
    criterion = objective(loss, reduction="sum")
    assert copied(criterion)(logits, targets).item() == criterion(logits, targets).item()
    assert copied(criterion).loss == loss


def test_an_objective_prints_its_loss() -> None:
    assert (
        str(objective(get_loss("inverse_power", k=0.5)))
        == "Objective(inverse power, k = 0.5, reduction='mean')"
    )
