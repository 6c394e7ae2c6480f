"""What all pictures share: colours that the colour-blind can tell apart, a page measured in points, files of four formats."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from convcalc.errors import ConvcalcError
from convcalc.files import write_bytes
from convcalc.quiet import quiet
from convcalc.shape import short

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("svg", "png", "pdf", "gif")
FONT = "DejaVu Sans"  # matplotlib's own, with all of Vietnamese
# Where an SVG is shown without it, one of about the same width.
_LIKE_IT = re.compile(rb"(font(?:-family)?: [^;\"]*'DejaVu Sans')")
DPI = 200


@dataclass(frozen=True)
class Theme:
    """Paper and ink, and a fill with its edge for every kind of thing (Okabe and Ito's colours, lighter or darker)."""

    paper: str
    ink: str
    faint: str  # lines and remarks
    fills: dict[str, tuple[str, str]]
    series: tuple[str, ...]  # for bars and curves

    def fill(self, kind: str) -> tuple[str, str]:
        return self.fills.get(kind, self.fills["other"])


THEMES = {
    "light": Theme(
        "#ffffff", "#1b1f24", "#5c6670",
        {
            "input": ("#eceff1", "#5c6670"), "conv": ("#cfe5f3", "#0072b2"), "pool": ("#fbe4b8", "#a86b00"),
            "dense": ("#c8ebdd", "#00735a"), "other": ("#f1dbe8", "#9c4f7e"), "window": ("#fbd3bd", "#c24a00"),
        },
        ("#0072b2", "#d55e00", "#009e73", "#a86b00", "#9c4f7e", "#3c94c4", "#5c6670"),
    ),
    "dark": Theme(
        "#14181d", "#f2f4f6", "#a9b3bd",
        {
            "input": ("#333b44", "#b4bec8"), "conv": ("#0d3c5b", "#62bdf0"), "pool": ("#573c05", "#f0b030"),
            "dense": ("#07493a", "#37c79d"), "other": ("#52274a", "#e39bc4"), "window": ("#6e2c0c", "#ff8a50"),
        },
        ("#62bdf0", "#ff8a50", "#37c79d", "#f0b030", "#e39bc4", "#9fd4f5", "#b4bec8"),
    ),
}  # fmt: skip


class Page:
    """A figure that is drawn on in points (1/72 inch), so that what is laid out is what is drawn.

    There are no axes: everything is put on the figure itself, which takes a third of the time.
    """

    def __init__(self, width: float, height: float, theme: Theme) -> None:
        quiet()
        from matplotlib.figure import Figure
        from matplotlib.transforms import Affine2D

        self.width, self.height, self.theme = width, height, theme
        self.figure: Figure = Figure(figsize=(width / 72, height / 72), facecolor=theme.paper)
        self.points = Affine2D().scale(1 / 72) + self.figure.dpi_scale_trans

    def text(self, x: float, y: float, said: str, size: float = 10, **how: Any) -> None:
        """A text, never read as a formula."""
        usual: dict[str, Any] = {"color": self.theme.ink, "ha": "center", "va": "center", "fontfamily": FONT}
        usual |= {"parse_math": False, "transform": self.points, "zorder": 3}
        self.figure.text(x, y, said, fontsize=size, **usual | how)

    def box(
        self, x: float, y: float, width: float, height: float, kind: str, line: float = 1.0,
        within: tuple[float, float, float, float] | None = None, **how: Any,
    ) -> None:  # fmt: skip
        """A filled rectangle from its lower left corner; of a larger one only what lies `within` (x, y, width, height)."""
        from matplotlib.patches import Rectangle

        fill, edge = self.theme.fill(kind)
        usual: dict[str, Any] = {"facecolor": fill, "edgecolor": edge, "linewidth": line, "transform": self.points}
        made = self.figure.add_artist(Rectangle((x, y), width, height, **usual | how))
        if within is not None:
            made.set_clip_path(Rectangle(within[:2], *within[2:], transform=self.points))

    def line(self, xs: list[float], ys: list[float], **how: Any) -> None:
        """A line through points."""
        from matplotlib.lines import Line2D

        usual: dict[str, Any] = {
            "color": self.theme.ink,
            "linewidth": 1.1,
            "solid_capstyle": "round",
            "transform": self.points,
        }
        self.figure.add_artist(Line2D(xs, ys, **usual | how))

    def arrow(self, x: float, y: float, to_x: float, to_y: float, **how: Any) -> None:
        """A straight arrow."""
        from matplotlib.patches import FancyArrowPatch

        usual: dict[str, Any] = {"arrowstyle": "-|>", "color": self.theme.ink, "linewidth": 1.1, "mutation_scale": 9}
        usual |= {"shrinkA": 0, "shrinkB": 0, "transform": self.points, "zorder": 2}
        self.figure.add_artist(FancyArrowPatch((x, y), (to_x, to_y), **usual | how))


@lru_cache(maxsize=4096)
def measured(said: str, size: float, bold: bool = False) -> tuple[float, float]:
    """Width and height of a text in points; a text of several lines is as wide as its longest."""
    quiet()
    from matplotlib.font_manager import FontProperties

    renderer = _renderer()
    font = FontProperties(family=FONT, size=size, weight="bold" if bold else "normal")
    lines = said.split("\n")
    widths = [renderer.get_text_width_height_descent(line or " ", font, False)[0] for line in lines]
    return max(widths), len(lines) * size * 1.25


@lru_cache(maxsize=1)
def _renderer() -> Any:
    from matplotlib.backends.backend_agg import RendererAgg

    return RendererAgg(10, 10, 72)  # type: ignore[no-untyped-call]


def format_of(path: str, moving: bool = False) -> str:
    """The format that a file's name asks for; raises `ConvcalcError` where there is none of that name, or a GIF where nothing moves."""
    known = FORMATS if moving else FORMATS[:-1]
    ending = path.rsplit(".", 1)[-1].lower() if "." in path.rsplit("/", 1)[-1] else ""
    if ending == "gif" and not moving:
        raise ConvcalcError("gif_of_steps")
    if ending not in known:
        raise ConvcalcError("picture_format", path=short(path), known=", ".join("." + name for name in known))
    return ending


def checked_title(title: str | None) -> str | None:
    """The title, if a picture can hold it: printable, and no half of a character; raises `ConvcalcError` if not."""
    if title is not None and not (title.isprintable() and title.strip()):
        raise ConvcalcError("picture_title")
    return title


def content(figure: Figure, kind: str, dpi: int = DPI) -> bytes:
    """The bytes of a picture, the same for the same figure; texts stay texts in SVG and PDF."""
    out = io.BytesIO()
    metadata: dict[str, dict[str, Any]] = {
        "svg": {"Date": None, "Creator": None}, "png": {"Software": None},
        "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
    }  # fmt: skip
    with _settings(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")  # a character that the font lacks is a box; the picture is still one
        figure.savefig(out, format=kind, dpi=dpi, metadata=metadata[kind], facecolor=figure.get_facecolor())
    return _LIKE_IT.sub(rb"\1, Verdana, sans-serif", out.getvalue()) if kind == "svg" else out.getvalue()


@contextmanager
def _settings() -> Iterator[None]:
    import matplotlib

    with matplotlib.rc_context(
        {"svg.fonttype": "none", "svg.hashsalt": "convcalc", "pdf.fonttype": 42, "font.family": FONT}
    ):
        yield


def write(figure: Figure, path: str, overwrite: bool = True) -> None:
    """Write one picture whole or not at all."""
    write_bytes(path, content(figure, format_of(path)), overwrite)
