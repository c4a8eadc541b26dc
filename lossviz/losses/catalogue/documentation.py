"""The catalogue as a page of documentation."""

from lossviz.losses.catalogue import LOSSES
from lossviz.losses.loss import Loss
from lossviz.losses.parameter import Parameter, SpecialValue
from lossviz.losses.reference import Reference

_HEAD = "\n".join(
    [
        "# The losses of lossviz",
        "",
        (
            "`p` is the predicted probability of the true class, `pj` that of each class in turn,"
            " `K` the number of classes, `log` the natural logarithm. Formulas write Greek"
            " letters by name: `gamma` is γ."
        ),
        (
            "This page is written by `python -m lossviz catalogue` from the table in"
            " `lossviz/losses/`; change it there."
        ),
        "",
    ]
)


def catalogue_page() -> str:
    """The whole catalogue in Markdown.

    A table of contents, then for each loss its formula, parameters, intuition, use, caveat and
    source.

    >>> catalogue_page().splitlines()[0]
    '# The losses of lossviz'
    """
    contents = "\n".join(
        ["| loss | key | in short |", "|---|---|---|", *map(_contents_row, LOSSES.values())]
    )
    return "\n".join([_HEAD, contents, *map(_section, LOSSES.values())]) + "\n"


def _contents_row(loss: Loss) -> str:
    return f"| [{loss.name}](#{loss.key}) | `{loss.key}` | {loss.meaning} |"


def _section(loss: Loss) -> str:
    soft_targets = "not defined by this formula"
    if loss.soft_targets:
        soft_targets = "the expectation of the loss over the classes"
    blocks = [
        f'\n<a id="{loss.key}"></a>\n\n## {loss.name[0].upper()}{loss.name[1:]}',
        loss.meaning,
        f"$$\n{loss.latex}\n$$",
        f"```text\n{loss.text}\n```",
    ]
    if loss.parameters:
        blocks.append(_parameters(loss.parameters))
    blocks += [
        f"**When to use it.** {loss.when_to_use}",
        f"**Beware.** {loss.caveat}",
        f"**For soft targets:** {soft_targets}.",
    ]
    if loss.reference:
        blocks.append(f"**Source.** {_source(loss.reference)}")
    return "\n\n".join(blocks)


def _parameters(parameters: tuple[Parameter, ...]) -> str:
    rows = [
        f"| `{p.name}` | {p.minimum:g} to {p.maximum:g} | {p.value:g} | {p.unit or 'none'} |"
        f" {p.meaning} | {'<br>'.join(map(_special, p.special_values))} |"
        for p in parameters
    ]
    return "\n".join(
        [
            "| parameter | range | default | unit | what it does | special values |",
            "|---|---|---|---|---|---|",
            *rows,
        ]
    )


def _special(special: SpecialValue) -> str:
    text = f"{special.value:g}: {special.name}"
    return f"{text} (`{special.equals}`)" if special.equals else text


def _source(reference: Reference) -> str:
    return (
        f"{reference.authors} ({reference.year}), [{reference.title}]({reference.link}),"
        f" {reference.equation}."
    )
