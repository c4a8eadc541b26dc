"""fastai's Adam with all parameters of a group in one call: the same numbers to the bit, in half of
the time where tensors are small.

A step of the digits' network takes 0.75 ms, fastai's 1.5 ms (one thread). By hand, because
PyTorch's own AdamW rounds differently (``foreach`` 0.98 ms, ``fused`` 0.31 ms; weights 1e-7 apart
after 60 steps), and trials with it would no longer be those of fastai.
"""

from typing import Any

import torch
from fastai.optimizer import Adam, Optimizer, debias
from torch import Tensor

_Member = tuple[Tensor, dict[str, Any]]


class _ForeachAdam(Optimizer):  # type: ignore[misc]
    """Do in one call what the callbacks of fastai's ``Adam`` do to each parameter.

    These are decoupled weight decay and debiased averages.
    """

    def step(self, closure: None = None) -> None:
        """One step of all parameters that have a gradient."""
        groups: dict[tuple[int, bool, int], list[_Member]] = {}
        for number, (parameters, hyper) in enumerate(
            zip(self.param_lists, self.hypers, strict=True)
        ):
            for parameter in parameters:
                if parameter.grad is None:
                    continue
                state = self.state[parameter]
                if "step" not in state:
                    state |= {
                        "step": 0,
                        "grad_avg": torch.zeros_like(parameter.grad),
                        "sqr_avg": torch.zeros_like(parameter.grad),
                    }
                state["step"] += 1
                decays = state.get("do_wd", True) and hyper["wd"] != 0
                key = (number, decays, state["step"])
                groups.setdefault(key, []).append((parameter, state))
        for (number, decays, step), members in groups.items():
            _step(members, step=step, decays=decays, **self.hypers[number])

    def zero_grad(self) -> None:
        """Set all gradients to zero."""
        gradients = [
            parameter.grad
            for parameters in self.param_lists
            for parameter in parameters
            if parameter.grad is not None
        ]
        if gradients:
            torch._foreach_zero_(gradients)


def _step(
    members: list[_Member],
    *,
    step: int,
    decays: bool,
    lr: float,
    mom: float,
    sqr_mom: float,
    eps: float,
    wd: float,
) -> None:
    values = [parameter.data for parameter, _ in members]
    gradients = [parameter.grad for parameter, _ in members if parameter.grad is not None]
    averages = [state["grad_avg"] for _, state in members]
    squares = [state["sqr_avg"] for _, state in members]
    if decays:
        torch._foreach_mul_(values, 1 - lr * wd)
    torch._foreach_mul_(averages, mom)
    torch._foreach_add_(averages, gradients, alpha=1 - mom)
    torch._foreach_mul_(squares, sqr_mom)
    torch._foreach_addcmul_(squares, gradients, gradients, value=1 - sqr_mom)
    spread = torch._foreach_div(squares, debias(sqr_mom, 1 - sqr_mom, step))
    torch._foreach_sqrt_(spread)
    torch._foreach_add_(spread, eps)
    torch._foreach_addcdiv_(values, averages, spread, value=-lr / debias(mom, 1 - mom, step))


def foreach_adam(params: Any, lr: float) -> Optimizer:
    """The optimiser that fastai's ``Adam(params, lr)`` is, faster."""
    original = Adam(params, lr)
    optimizer = _ForeachAdam(params, original.cbs, lr=lr)
    optimizer.hypers = original.hypers
    return optimizer
