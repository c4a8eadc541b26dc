"""Print docs/api.md, the reference of the public functions and classes, from their docstrings:
``python docs/generate_api.py > docs/api.md``. Nothing of lossviz is imported; griffe reads its
source.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import griffe

ROOT: Final = Path(__file__).parents[1]
SECTIONS: Final = (  # heading, module, names in their order; None for all of the module
    ("lossviz", "lossviz", None),
    ("Verdicts", "statistics.loss_verdict", ("LossVerdict", "Word")),
    ("Parameters", "losses.parameter", ("Parameter", "SpecialValue")),
    ("The torch objective", "losses.objective.module", ("Objective",)),
    ("Vectors", "geometry.vectors", None),
    ("Errors", "errors", None),
)
INTRODUCTION: Final = """\
# API reference

Written by `python docs/generate_api.py > docs/api.md` from the docstrings; a test holds it equal to
them. What is named under [lossviz](#lossviz) is imported from there, as in
`from lossviz import parse_loss`; the other headings say where their names live.
"""


def api_page() -> str:
    """The whole page as Markdown."""
    package = griffe.load(
        "lossviz",
        search_paths=[str(ROOT)],
        docstring_parser=griffe.Parser.google,
        docstring_options={"warnings": False},
    )
    lines = [INTRODUCTION]
    for heading, path, names in SECTIONS:
        module = package if path == "lossviz" else package[path]
        lines += [f"## {heading}\n"]
        if module is not package:
            lines += [f"`{module.path}`\n"]
        for name in names or _public_names(module):
            member = module[name]
            lines += _describe(member.final_target if member.is_alias else member, level=3)
    return "\n".join(lines).rstrip() + "\n"


def _public_names(module: griffe.Module) -> list[str]:
    """What ``__all__`` lists; without it what is defined there under a name without underscore."""
    if module.exports is not None:
        return [str(name) for name in module.exports]
    return [
        name
        for name, member in module.members.items()
        if not (name.startswith("_") or member.is_alias) and (member.is_class or member.is_function)
    ]


def _describe(what: griffe.Object, *, level: int) -> Iterator[str]:
    """A heading with the signature, the docstring's sections, and the public members of a class."""
    yield f"{'#' * level} `{_title(what)}`\n"
    if what.is_class and (bases := [str(base) for base in what.bases]):
        yield f"A subclass of {', '.join(f'`{base}`' for base in bases)}.\n"
    if what.docstring:
        for section in what.docstring.parsed:
            yield from _section(section)
    if what.is_class:
        for name, member in what.members.items():
            if not name.startswith("_") and (member.is_function or _is_property(member)):
                yield from _describe(member, level=level + 1)


def _title(what: griffe.Object) -> str:
    if what.is_function:
        return _signature(what.name, what.parameters, what.returns)
    if what.is_class:
        return _signature(what.name, what.parameters, None) if len(what.parameters) else what.name
    annotation = getattr(what, "annotation", None)
    return f"{what.name}: {annotation}" if annotation else what.name


def _signature(name: str, parameters: griffe.Parameters, returns: object) -> str:
    written: list[str] = []
    keyword_only = griffe.ParameterKind.keyword_only
    for parameter in parameters:
        if parameter.name == "self":
            continue
        if parameter.kind is keyword_only and "*" not in written:
            written.append("*")
        default = "" if parameter.default is None else f" = {parameter.default}"
        annotation = f": {parameter.annotation}" if parameter.annotation else ""
        if not annotation:
            default = default.replace(" ", "")
        written.append(f"{parameter.name}{annotation}{default}")
    arrow = f" -> {returns}" if returns else ""
    return f"{name}({', '.join(written)}){arrow}"


def _is_property(member: griffe.Object | griffe.Alias) -> bool:
    return bool(member.is_attribute and "property" in member.labels)


def _section(section: griffe.DocstringSection) -> Iterator[str]:
    """One section of a docstring; a text that begins with >>> becomes a block of code."""
    match section.kind:
        case griffe.DocstringSectionKind.text:
            prose, prompt, example = section.value.partition(">>> ")
            if prose.strip():
                yield _prose(prose.rstrip()) + "\n"
            if prompt:
                yield f"```pycon\n{prompt}{example}\n```\n"
        case griffe.DocstringSectionKind.admonition:
            yield f"{section.title}: {_prose(section.value.description)}\n"
        case kind:
            yield f"{kind.value.capitalize()}:\n"
            for item in section.value:
                label = getattr(item, "name", "") or item.annotation
                head = f"`{label}`: " if label and kind.value != "returns" else ""
                yield f"- {head}{_prose(item.description, inside_list=True)}"
            yield ""


def _prose(text: str, *, inside_list: bool = False) -> str:
    """Docstrings mark code with two backticks, Markdown with one."""
    text = text.replace("``", "`")
    return text.replace("\n", "\n  ") if inside_list else text


if __name__ == "__main__":
    print(api_page(), end="")
