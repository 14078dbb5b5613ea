"""A drawing: lines, areas and texts of matplotlib, rendered by matplotlib as SVG.

matplotlib's Figure is not used, because it imports every kind of Axes, and texts are not measured, because SVG has an
alignment: together these took half of the time of the figures. Text stays text, set in the font of the report.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.lines import Line2D
from matplotlib.text import Text

from mcfrontier.core.printable import one_line

POINTS = 72  # per inch; the coordinates of a drawing are points from its bottom left corner
RC_PARAMS: dict[Any, Any] = {"svg.fonttype": "none", "svg.hashsalt": "mcfrontier"}


@dataclass(frozen=True, repr=False)
class Drawing:
    """A drawing with its width and height in points and its parts. The baseline of a text is at its y."""

    width: float
    height: float
    artists: list[Artist] = field(default_factory=list)
    lines: list[Line2D] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"Drawing of {self.width:.0f} by {self.height:.0f} points; .svg() returns it"

    def _repr_svg_(self) -> str:
        return self.svg().decode()

    def svg(self) -> bytes:
        """The drawing as SVG without a date: areas and bars, then lines, then texts."""
        out = io.StringIO()
        with mpl.rc_context(RC_PARAMS):
            make_renderer: Any = RendererSVG  # matplotlib leaves it untyped
            renderer = make_renderer(self.width, self.height, out, metadata={"Date": None, "Creator": None})
            for artist in (*self.artists, *self.lines):
                artist.draw(renderer)
            for text in self.texts:
                self._draw_text(text, renderer)
            renderer.finalize()
        return out.getvalue().encode()

    def _draw_text(self, text: Text, renderer: Any) -> None:
        """Draw a text at its position, without measuring it."""
        x, y = text.get_transform().transform(text.get_position())
        context = renderer.new_gc()
        context.set_foreground(text.get_color())
        renderer.draw_text(
            context, x, self.height - y, one_line(text.get_text()), text.get_fontproperties(), 0, mtext=text
        )
