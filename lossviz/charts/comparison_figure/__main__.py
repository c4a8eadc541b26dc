"""Draws a figure for a paper in a process of its own: matplotlib would keep 40 MB of the app's.

``python -m lossviz.charts.comparison_figure FORMAT COLUMN`` reads a pickled ``FigureContent`` from
standard input, which only the process that starts it can write, and writes the file to standard
output.
"""

import pickle
import sys

from lossviz.charts.comparison_figure.content import FigureContent
from lossviz.charts.comparison_figure.paper import Column, PaperFormat, paper_figure


def main() -> None:
    """Draw the figure that comes in.

    Side effects: reads standard input, writes standard output.
    """
    format, column = PaperFormat(sys.argv[1]), Column(sys.argv[2])
    content = pickle.load(sys.stdin.buffer)
    if not isinstance(content, FigureContent):
        raise TypeError(f"expected a FigureContent, got {type(content).__name__}")
    sys.stdout.buffer.write(paper_figure(content, format=format, column=column))


if __name__ == "__main__":
    main()
