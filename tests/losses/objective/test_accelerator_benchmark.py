"""The objectives measured on a device of torch, and the limits that they are held to."""

from math import inf

import pytest
import torch

from lossviz import LOSSES
from lossviz.errors import InvalidInput
from lossviz.losses.objective.accelerator_benchmark import (
    measure_objectives,
    objectives_section,
)
from lossviz.losses.objective.accelerator_limits import (
    IMAGENET,
    LARGE,
    LIMITS,
    TOKENS,
    Case,
    Measured,
    check_limits,
    limit_title,
    limits_table,
)
from lossviz.losses.objective.benchmark_device import available_devices, device_named
from tests.support.command_line import ROOT, lossviz
from tests.support.lengths import heavy


def measured(key: str, case: Case, time: float, **more: float | bool) -> Measured:
    fields = {"compiled": False, **more}
    return Measured(loss=LOSSES[key], case=case, time_ratio=time, **fields)


def verdicts(*results: Measured) -> dict[str, str]:
    """What is said of the limits that something was measured of."""
    return {
        limit_title(check.limit): check.verdict for check in check_limits(results) if check.losses
    }


def test_each_limit_is_held_or_missed_by_the_loss_that_takes_most() -> None:
    assert verdicts(measured("focal", TOKENS, 1.15), measured("inverse", TOKENS, 1.1)) == {
        "losses of p, (2,048, 32,000)": "held"
    }
    (check,) = [
        check
        for check in check_limits([measured("focal", TOKENS, 1.16), measured("inverse", TOKENS, 1)])
        if check.losses
    ]
    assert (check.verdict, check.worst_loss, check.losses) == ("MISSED", "focal", 2)


def test_the_hinge_has_limits_of_its_own_and_compiled_those_of_all_classes() -> None:
    assert verdicts(measured("hinge", IMAGENET, 17.0), measured("brier", IMAGENET, 9.5)) == {
        "losses of all classes, (4,096, 1,000)": "MISSED",
        "hinge, (4,096, 1,000)": "held",
    }
    assert verdicts(measured("hinge", LARGE, 1.9, compiled=True)) == {
        "losses of all classes compiled, (8,192, 128,256) bf16": "MISSED"
    }


def test_memory_has_its_limit_and_what_cannot_be_computed_has_missed() -> None:
    title = "losses of p, (8,192, 128,256) bf16"
    assert verdicts(measured("focal", LARGE, 1.2, memory_ratio=1.01)) == {
        title: "held",
        f"{title}, memory": "MISSED",
    }
    assert verdicts(measured("brier", TOKENS, inf, compiled=True)) == {
        "losses of all classes compiled, (2,048, 32,000)": "MISSED"
    }


def test_the_docs_name_every_limit() -> None:
    page = (ROOT / "docs/speed.md").read_text()
    rows = limits_table(check_limits([]))[2:]
    assert len(rows) == len(LIMITS)
    for row in rows:  # what was measured comes after the first two columns
        assert "|".join(row.split("|")[:3]) in page


@pytest.mark.parametrize("name", ["gpu", "cpu:1", "meta", "cuda:64", "xpu", ""])
def test_a_device_that_is_unknown_or_absent_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(InvalidInput, match=f"choose one of {', '.join(available_devices())}"):
        device_named(name)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["objectives", "--device", "gpu"], "there is no device 'gpu' on this machine; choose"),
        heavy(["rates", "--device", "cuda"], "--device has an effect with bench objectives only"),
        heavy(["claims", "--write", "docs/speed.md"], "--write has an effect with"),
        heavy(
            ["accelerator", "--write", "README.md"], "has no section between <!-- bench accelerator"
        ),
        heavy(["accelerator", "--write", "nowhere.md"], "nowhere.md cannot be read"),
    ],
)
def test_the_command_line_refuses_what_it_cannot_measure_or_write_with_exit_code_2(
    arguments: list[str], words: str
) -> None:
    result = lossviz("bench", *arguments)
    assert result.returncode == 2, result.stderr
    assert words in result.stderr
    assert result.stdout == ""


@pytest.mark.slow
def test_losses_are_measured_eager_and_compiled_on_any_device_of_torch() -> None:
    case = Case(examples=16, classes=10)
    results = measure_objectives(
        torch.device("cpu"),
        losses=[LOSSES["inverse_power"], LOSSES["hinge"]],
        cases=[case],
        eager_s=0.1,
        compiled_s=0.01,  # begins with the first one
    )
    assert [(one.loss.key, one.compiled) for one in results] == [
        ("inverse_power", False),
        ("hinge", False),
        ("hinge", True),
    ]
    assert all(0 < one.time_ratio < 1000 for one in results)
    lines = objectives_section(results, [case])
    assert lines[2] == "| loss | (16, 10) | memory, (16, 10) | compiled, (16, 10) |"
    assert [line.split(" | ")[0] for line in lines[4:]] == ["| inverse power", "| hinge"]
    assert lines[-2].endswith(" | – | – |")
