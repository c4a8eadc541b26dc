"""Where a loss was published."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Where a loss was published.

    Attributes:
        authors: Family names, or what stands for them.
        year: Of publication.
        title: Of the text.
        link: Its address.
        equation: Where in it the loss stands, as "equation 5".
    """

    authors: str
    year: int
    title: str
    link: str
    equation: str

    @property
    def short(self) -> str:
        """As it is cited.

        >>> paper = {"year": 2017, "title": "", "link": "", "equation": ""}
        >>> Reference(authors="Zhang, Sabuncu", **paper).short
        'Zhang, Sabuncu 2017'
        >>> Reference(authors="Lin, Goyal, Girshick", **paper).short
        'Lin et al. 2017'
        """
        first, *others = self.authors.split(", ")
        authors = f"{first} et al." if len(others) > 1 else self.authors
        return f"{authors} {self.year}"
