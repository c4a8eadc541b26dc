"""What the source of a loss shares in all frameworks: its names, its docstring, its formula."""

import re
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lossviz.language.operations import OPERATIONS
from lossviz.language.tree import CLASSES, LOG_P, LOG_PJ, Tree, subtrees
from lossviz.losses.codegen.frameworks import Dialect
from lossviz.losses.codegen.tree_properties import COMPLEMENT, PJ, P, has_gradient
from lossviz.losses.codegen.writer import WIDTH, Writer
from lossviz.losses.loss import Loss


@dataclass(frozen=True, slots=True, kw_only=True)
class SnippetBody:
    """What a loss's source needs in every framework.

    Attributes:
        loss: What is exported.
        tree: Its formula, ready to be written.
        depends_on_pj: Whether it depends on the other classes.
        needs_exact_complement: Whether each digit of 1 - p counts, which log_softmax would lose
            near p = 1.
        needs_finite_logits: Whether a logit of -inf, which masks a class, would make NaN.
        names: What each parameter is called.
    """

    loss: Loss
    tree: Tree
    depends_on_pj: bool
    needs_exact_complement: bool
    needs_finite_logits: bool
    names: Mapping[str, str]

    @property
    def function_name(self) -> str:
        """The function's name in snake case."""
        return re.sub(r"\W|^(?=\d)", "_", f"{self.loss.key or self.loss.name or 'own'}_loss")

    @property
    def class_name(self) -> str:
        """The class's name."""
        return "".join(word[:1].upper() + word[1:] for word in self.function_name.split("_"))

    @property
    def needs_class_count(self) -> bool:
        """Whether it needs the number of classes."""
        return self.depends_on_pj or CLASSES in subtrees(self.tree)

    def keywords(self, *others: str) -> str:
        """The parameters with their values, as a signature has them after positional arguments."""
        knobs = [f"{self.names[name]}={value!r}" for name, value in self.loss.values.items()]
        keyword_only = bool(knobs) or any("=" in other for other in others)
        return ", ".join([*(["*"] if keyword_only else []), *knobs, *others])

    def docstring(self, indent: int, contract: Iterable[str]) -> list[str]:
        """Name, formula, parameters, contract and source.

        Args:
            indent: Columns that the lines are indented by later.
            contract: What the source takes, in lines.
        """
        blocks = [
            *self._heading(indent),
            "",
            *_wrap(self._symbols(), indent),
            *self._parameters(indent),
            "",
            *contract,
            *self._reference(indent),
        ]
        lines = [line.replace("\\", "\\\\").replace('"', "'") for line in blocks]
        return [f'"""{lines[0]}', *lines[1:], '"""']

    def formula(self, dialect: Dialect, prefix: str, indent: int) -> list[str]:
        """The lines that make ``loss`` [..., 1] of the logits and ``true``.

        Args:
            dialect: The library's.
            prefix: What stands before a parameter: ``self.`` in a method.
            indent: Columns that the lines are indented by later.
        """
        exp = dialect.function(OPERATIONS["exp"])
        definitions: dict[Tree, str] = {
            P: f"p = {exp}(log_p)",
            PJ: f"pj = {exp}(log_pj)",
            COMPLEMENT: "rest = 1 - p",
        }
        if self.needs_exact_complement:
            definitions[COMPLEMENT] = f"rest = {exp}({dialect.log_sigmoid}(-margin))  # 1 - p"
        names = {
            LOG_P.name: "log_p",
            LOG_PJ.name: "log_pj",
            CLASSES.name: "K",
            P.name: "p",
            PJ.name: "pj",
            COMPLEMENT.name: "rest",
            **{name: prefix + safe for name, safe in self.names.items()},
        }
        head = [dialect.finite_logits] if self.needs_finite_logits else []
        head += dialect.log_probabilities[self.depends_on_pj, self.needs_exact_complement]
        lines = Writer(dialect, names).statements(self.tree, "loss", indent=indent)
        if not has_gradient(self.tree):
            lines.append(
                "loss = loss + 0 * log_p  # an array, with a gradient, whatever the parameters"
            )
        used = set(subtrees(self.tree))
        if COMPLEMENT in used and not self.needs_exact_complement:
            used.add(P)
        return head + [line for name, line in definitions.items() if name in used] + lines

    def _heading(self, indent: int) -> list[str]:
        loss = self.loss
        name = loss.name[:1].upper() + loss.name[1:] if loss.name else "A loss"
        if len(name + loss.text) + indent + len('""": .') <= WIDTH:
            return [f"{name}: {loss.text}."]
        return [f"{name}.", "", *_wrap(f"{loss.text}.", indent)]

    def _symbols(self) -> str:
        symbols = "p is the softmax probability of the true class"
        if "pj" in self.loss.text:
            symbols += ", pj that of each class"
        if CLASSES in subtrees(self.tree) or "mean" in self.loss.text:
            symbols += ", K the number of classes"
        return f"{symbols}."

    def _parameters(self, indent: int) -> list[str]:
        return [
            line
            for parameter in self.loss.parameters
            if parameter.meaning
            for line in _wrap(f"{self.names[parameter.name]}: {parameter.meaning}", indent)
        ]

    def _reference(self, indent: int) -> list[str]:
        source = self.loss.reference
        if source is None:
            return []
        text = f"{source.authors} ({source.year}), {source.title}, {source.equation}."
        return ["", *_wrap(text, indent), source.link]


def _wrap(text: str, indent: int) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH - indent,
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
