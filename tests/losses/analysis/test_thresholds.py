"""Every place where a formula switches is found, however near to an end or to another."""

import numpy as np
import pytest

from lossviz import parse_loss
from lossviz.losses.analysis.sampled_curve import sampled_curve


@pytest.mark.parametrize(
    ("text", "jumps"),
    [
        ("where(p<0.5,1-p,2-p)", [(0.5, 0.5, 1.5)]),
        ("where(p<=0.5,2-p,1-p)", [(0.5, 1.5, 0.5)]),
        ("-log(p)*where(p<0.00001,0,1)", [(1e-5, 0, -np.log(1e-5))]),
        ("where(p<1e-300,0,-log(p))", [(1e-300, 0, -np.log(1e-300))]),
        ("where(p>0.99999999,0,1-p)", [(0.99999999, 1e-8, 0)]),
        ("where(p<0.1,where(p<0.01,3,4),1)", [(0.01, 3, 4), (0.1, 4, 1)]),
        ("where(abs(p-0.3)<0.000001,5,1-p)", [(0.299999, 0.700001, 5), (0.300001, 5, 0.699999)]),
        ("abs(p-0.5)/(p-0.5)-2*p", [(0.5, -2, 0)]),
        ("tanh(1/(p-0.312))", [(0.312, -1, 1)]),
        ("1-p+where(-log(p)>2,0,3)", [(np.exp(-2), 1 - np.exp(-2), 4 - np.exp(-2))]),
        ("where(max(p,0.2)>0.2,0,1)-p", [(0.2, 0.8, -0.2)]),
    ],
)
def test_a_jump_is_found_with_the_values_on_both_sides(
    text: str, jumps: list[tuple[float, float, float]]
) -> None:
    found = sampled_curve(parse_loss(text), classes=37).jumps
    assert [(np.exp(jump.log_p), jump.before, jump.after) for jump in found] == [
        pytest.approx(jump, rel=1e-6, abs=1e-9) for jump in jumps
    ]


@pytest.mark.parametrize(
    "text",
    [
        "where(p>0.1,-log(p),-10*p+log(10)+1)",
        "max(1-p,0.5)",
        "abs(p-0.3)**0.5",
        "min(1/p,100)",
        "-max(p,0.3)**0.5",
        "where(p>0.3,p,0.3)**-2",
        "1e6+max(1-p,0.5)",
        "log(abs(p-0.312))",
    ],
)
def test_a_kink_is_no_jump(text: str) -> None:
    assert sampled_curve(parse_loss(text), classes=37).jumps == ()


@pytest.mark.parametrize(
    ("text", "stretches"),
    [
        ("max(0,0.6-p)", [(0.6, 1)]),
        ("-max(p,0.004)", [(0, 0.004)]),
        ("where(p<1e-200,460,-log(p))", [(0, 1e-200)]),
        ("where(p>0.997,0.003,1-p)", [(0.997, 1)]),
        ("-p-abs(p-0.5)", [(0, 0.5)]),
        ("1-p+max(pj)", [(1 / 37, 1)]),
        ("-min(max(p,0.2),0.8)", [(0, 0.2), (0.8, 1)]),
    ],
)
def test_a_flat_stretch_is_found_wherever_it_lies(
    text: str, stretches: list[tuple[float, float]]
) -> None:
    found = sampled_curve(parse_loss(text), classes=37).flat_stretches
    assert [tuple(np.exp(stretch)) for stretch in found] == [
        pytest.approx(stretch, rel=1e-9) for stretch in stretches
    ]


@pytest.mark.parametrize(
    "text", ["-p**64", "1-p**64", "-p", "tanh(100*(0.3-p))", "where(p<0.3,1-p**64,0.5-p/2)"]
)
def test_what_underflows_is_not_taken_for_constant(text: str) -> None:
    assert sampled_curve(parse_loss(text), classes=37).flat_stretches == ()
