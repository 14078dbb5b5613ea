"""A drawing: lines, areas and texts of matplotlib, rendered by matplotlib as SVG.

matplotlib's Figure is not used, because it imports every kind of Axes, and texts are not measured, because SVG has an
alignment: together these took half of the time of the figures. Text stays text, set in the font of the report.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from mcfrontier.core.printable import one_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

POINTS = 72  # per inch; the coordinates of a drawing are points from its bottom left corner
FILE_DPI = 200  # of a .png
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

    def on(self, ax: Axes | None = None) -> Axes:
        """The drawing on Axes of matplotlib, whose coordinates become its points; on those of a new figure by default.

        The drawing is used up: an artist of matplotlib stands on one figure alone.
        """
        if ax is None:
            from matplotlib import pyplot

            _, ax = pyplot.subplots(figsize=(self.width / POINTS, self.height / POINTS), layout="none")
            ax.set_position((0, 0, 1, 1))
        ax.set(xlim=(0, self.width), ylim=(0, self.height), aspect="equal")
        ax.set_axis_off()
        for artist in (*self.artists, *self.lines, *self.texts):
            artist.set_transform(artist.get_transform() + ax.transData)
            ax.add_artist(artist)
        for text in self.texts:
            text.set_text(one_line(text.get_text()).replace("$", r"\$"))
            text.set_fontfamily("STIXGeneral")  # of matplotlib itself, as narrow as that of the report
        return ax

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

    def file(self, kind: str) -> bytes:
        """The drawing as a file, ".svg" with the texts of the report, ".pdf" or ".png"."""
        if kind == ".svg":
            return self.svg()
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=(self.width / POINTS, self.height / POINTS))
        FigureCanvasAgg(figure)
        self.on(figure.add_axes((0, 0, 1, 1)))
        out = io.BytesIO()
        metadata = {"CreationDate": None} if kind == ".pdf" else {"Software": None}
        figure.savefig(out, format=kind[1:], dpi=FILE_DPI, metadata=metadata)
        return out.getvalue()

    def below(self, other: Drawing) -> Drawing:
        """This drawing below another one, as one drawing."""
        for artist in (*other.artists, *other.lines, *other.texts):
            artist.set_transform(artist.get_transform() + Affine2D().translate(0, self.height))
        return Drawing(
            max(self.width, other.width),
            self.height + other.height,
            other.artists + self.artists,
            other.lines + self.lines,
            other.texts + self.texts,
        )

    def _draw_text(self, text: Text, renderer: Any) -> None:
        """Draw a text at its position, without measuring it."""
        x, y = text.get_transform().transform(text.get_position())
        context = renderer.new_gc()
        context.set_foreground(text.get_color())
        renderer.draw_text(
            context, x, self.height - y, one_line(text.get_text()), text.get_fontproperties(), 0, mtext=text
        )
