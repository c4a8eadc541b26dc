"""``lossviz doctor``: whether lossviz can run here, and what to do where it can't."""

import json
from argparse import ArgumentParser, Namespace

from lossviz.cli.command import Command
from lossviz.doctor.checks import CHECKS, run_check
from lossviz.doctor.finding import Finding, Level

_INDENT = " " * 20


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")


def _run(options: Namespace) -> int:
    levels = []
    for check in CHECKS:
        finding = run_check(check)
        levels.append(finding.level)
        print(_json(check.name, finding) if options.json else _text(check.name, finding))
    return int(Level.FAULT in levels)


def _json(name: str, finding: Finding) -> str:
    return json.dumps(
        {
            "check": name,
            "level": finding.level,
            "found": finding.found,
            "advice": finding.advice,
        }
    )


def _text(name: str, finding: Finding) -> str:
    line = f"{finding.level:<8} {name:<11}{finding.found}"
    return f"{line}\n{_INDENT}→ {finding.advice}" if finding.advice else line


COMMAND = Command(
    name="doctor",
    help="check installation, machine, database, engine and downloads",
    description=(
        "Check installation, secrets, cores, memory, disk, database, engine, data, downloads and"
        " deployment, and say what to do. Exit code 1 where something that is configured does not"
        " work."
    ),
    run=_run,
    add_arguments=_add_arguments,
)
