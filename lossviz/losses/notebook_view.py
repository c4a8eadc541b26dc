"""A loss as a notebook shows it: name, formula and curve, drawn without any library."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from lossviz.losses.loss import Loss

_WIDTH, _HEIGHT, _INSET = 260, 130, 14  # pixels
_P: Final = np.linspace(0.02, 1.0, 99)
_COLOR: Final = "#2284ff"  # contrast 3 to 1 on white and on black


def loss_html(loss: Loss) -> str:
    """Name, formula and curve over p in HTML, which takes its text colour from where it stands."""
    heights = loss.penalty(_P)
    finite = heights[np.isfinite(heights)]
    low, high = float(finite.min()), float(finite.max())
    room = high - low or 1.0
    points = [
        f"{_x(p):.1f},{_HEIGHT - _INSET - (height - low) / room * (_HEIGHT - 2 * _INSET):.1f}"
        for p, height in zip(_P.tolist(), heights.tolist(), strict=True)
        if np.isfinite(height)
    ]
    label, bottom = escape(loss.label), _HEIGHT - _INSET
    return (
        f"<div><b>{label}</b><br><code>f(p) = {escape(loss.text)}</code><br>"
        f'<svg role="img" aria-label="curve of {label}" width="{_WIDTH}" height="{_HEIGHT + 16}"'
        f' viewBox="0 0 {_WIDTH} {_HEIGHT + 16}">'
        f'<path d="M{_x(0):.1f} {bottom}H{_x(1):.1f}M{_x(0):.1f} {bottom}V{_INSET}" fill="none"'
        ' stroke="currentColor" stroke-opacity="0.5"/>'
        f'<polyline points="{" ".join(points)}" fill="none" stroke="{_COLOR}" stroke-width="2"/>'
        f'<g fill="currentColor" font-size="11" font-family="sans-serif">'
        f'<text x="{_x(0):.1f}" y="{_HEIGHT + 2}">p = 0</text>'
        f'<text x="{_x(1):.1f}" y="{_HEIGHT + 2}" text-anchor="end">1</text>'
        f'<text x="{_x(0) + 4:.1f}" y="{_INSET + 4}">{high:.3g}</text></g></svg></div>'
    )


def _x(p: float) -> float:
    return _INSET + p * (_WIDTH - 2 * _INSET)
