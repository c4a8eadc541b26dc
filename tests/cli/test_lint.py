"""``lossviz lint``, within this process."""

from argparse import Namespace

import pytest

from lossviz.cli.lint import COMMAND


@pytest.mark.parametrize(
    ("typed", "first_line"),
    [
        ("2(1−p)", "read as 2*(1-p)"),
        ("-(1-p)^γ ln(p_t)", "read as -(1-p)**gamma*log(p); gamma=2"),
        ("-log(p+eps)", "read as -log(p+eps); eps=1e-07"),
    ],
)
def test_lint_says_first_how_the_loss_was_read(
    typed: str, first_line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    COMMAND.run(Namespace(loss=typed, classes=10))
    assert capsys.readouterr().out.splitlines()[0] == first_line


def test_lint_does_not_repeat_what_is_typed_in_the_language(
    capsys: pytest.CaptureFixture[str],
) -> None:
    COMMAND.run(Namespace(loss="-log(p)", classes=10))
    assert "read as" not in capsys.readouterr().out
