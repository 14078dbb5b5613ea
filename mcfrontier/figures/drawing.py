"""A figure: matplotlib's lines, areas and words on a sheet of their own, drawn by matplotlib as SVG.

matplotlib's Figure is left out, because it brings every kind of Axes along, and so are the sizes of words, because an
SVG says where they begin, end or have their middle: together they took half of the time that the figures need. Text
stays text, and the report sets it in its own font.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.lines import Line2D
from matplotlib.text import Text

POINTS = 72  # to the inch, in which all of a drawing is measured from its bottom left
LOOK = {"svg.fonttype": "none", "svg.hashsalt": "mcfrontier"}


@dataclass(frozen=True)
class Drawing:
    """A sheet, its width and height in points, and what is on it. Words stand on the line at their y."""

    width: float
    height: float
    artists: list[Artist] = field(default_factory=list)
    lines: list[Line2D] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)

    def svg(self) -> bytes:
        """The drawing as SVG: areas and bars, lines on them, words on top. Nothing in it tells when it was made."""
        out = io.StringIO()
        with mpl.rc_context(LOOK):
            renderer = RendererSVG(self.width, self.height, out, metadata={"Date": None, "Creator": None})
            for artist in (*self.artists, *self.lines):
                artist.draw(renderer)
            for text in self.texts:
                self.write(text, renderer)
            renderer.finalize()
        return out.getvalue().encode()

    def write(self, text: Text, renderer: RendererSVG) -> None:
        """Put words where they stand, unmeasured."""
        x, y = text.get_transform().transform(text.get_position())
        look = renderer.new_gc()
        look.set_foreground(text.get_color())
        renderer.draw_text(look, x, self.height - y, text.get_text(), text.get_fontproperties(), 0, mtext=text)
