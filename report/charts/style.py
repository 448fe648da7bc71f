"""How every chart looks: a palette safe for colour-blind readers, thin rules, no frame, labels beside the lines."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito (2008), told apart with every common kind of colour blindness; the base is grey on purpose.
BASE_COLOUR = "#5f6873"
SERIES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b98700", "#56b4e9", "#6a4fa3")
INK, MUTED, RULE, PAPER = "#1b1f24", "#6b7179", "#d9dce0", "#fffffe"
MARKERS = ("o", "s", "^", "D", "v", "P", "X")

# In the page these colours become CSS variables, so that one drawing serves a light and a dark screen.
CSS_VARIABLES = {
    BASE_COLOUR: "--base",
    **{colour: f"--s{place}" for place, colour in enumerate(SERIES, start=1)},
    INK: "--ink",
    MUTED: "--muted",
    RULE: "--rule",
    PAPER: "--paper",
}


def colour_of(place: int) -> str:
    """Colour of a scenario by its place: 0 is the base."""
    return BASE_COLOUR if place == 0 else SERIES[(place - 1) % len(SERIES)]


@dataclass(frozen=True)
class Size:
    """How large a chart is drawn, in inches, for a wide page or for a phone."""

    width: float
    name: str

    @property
    def narrow(self) -> bool:
        """Whether it is for a phone."""
        return self.name == "narrow"


WIDE, NARROW = Size(9.2, "wide"), Size(4.6, "narrow")


@contextmanager
def drawing() -> Iterator[Any]:
    """matplotlib with our settings, drawing to memory only; yields pyplot's figure-less modules."""
    import matplotlib

    settings: dict[Any, Any] = {
        "font.family": ["DejaVu Sans"],
        "font.size": 10,
        "text.color": INK,
        "axes.labelcolor": MUTED,
        "axes.edgecolor": RULE,
        "axes.linewidth": 0.8,
        "axes.titlesize": 10.5,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.titlecolor": INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "axes.axisbelow": True,
        "grid.color": RULE,
        "grid.linewidth": 0.6,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "xtick.labelsize": 9,
        "ytick.labelsize": 9,
        "xtick.major.size": 3,
        "ytick.major.size": 0,
        "lines.linewidth": 1.8,
        "legend.frameon": False,
        "figure.facecolor": "none",
        "axes.facecolor": "none",
        "savefig.facecolor": "none",
        "svg.fonttype": "none",
    }
    with matplotlib.rc_context(settings):
        yield matplotlib


def new_figure(size: Size, height: float, rows: int = 1, columns: int = 1, **grid: Any) -> tuple[Figure, Any]:
    """A figure with its axes (rows x columns, always an array), laid out without overlaps."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(size.width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots(rows, columns, squeeze=False, **grid)


def png(figure: Figure) -> bytes:
    """The figure on white paper at 144 dots an inch; the same bytes each time."""
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=144, facecolor="white", metadata={"Software": None})
    return out.getvalue()


def svg(figure: Figure, salt: str) -> str:
    """The figure as SVG with real text; the same text each time."""
    import matplotlib

    out = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": salt}):
        figure.savefig(out, format="svg", facecolor="white", metadata={"Date": None, "Creator": None})
    return out.getvalue()


def save(figure: Figure, folder: Path, name: str) -> None:
    """``NAME.png`` and ``NAME.svg`` of a figure, laid out once."""
    (folder / f"{name}.png").write_bytes(png(figure))
    figure.set_layout_engine("none")  # it is laid out by now
    (folder / f"{name}.svg").write_text(svg(figure, name), encoding="utf-8")


def inline_svg(figure: Figure, key: str, title: str, text: str) -> str:
    """The figure for the page: no fixed size, colours and fonts from the page, named for screen readers."""
    from html import escape

    import matplotlib

    out = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": key}):
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    body = out.getvalue()
    body = body[body.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r' xmlns:xlink="[^"]*"', "", body, count=1)
    body = body.replace("xlink:href", "href")
    box = re.search(r'viewBox="([^"]*)"', body)
    assert box is not None
    body = re.sub(
        r"<svg[^>]*>",
        f'<svg viewBox="{box[1]}" role="img" aria-labelledby="{key}-title {key}-desc">'
        f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-desc">{escape(text)}</desc>',
        body,
        count=1,
    )
    body = re.sub(r'\bid="(?!' + re.escape(key) + r')([^"]+)"', rf'id="{key}-\1"', body)
    body = re.sub(r'(href="#|url\(#)(?!' + re.escape(key) + r")", rf"\1{key}-", body)
    for colour, variable in CSS_VARIABLES.items():
        body = body.replace(colour, f"var({variable})")
    body = re.sub(r"font: ([^;\"]*?)(\d+(?:\.\d+)?px) [^;\"]*", r"font: \1\2 var(--sans)", body)
    return re.sub(r"\n\s*", "\n", body).strip()


def label_ends(
    axes: Axes, places: Sequence[tuple[float, float]], texts: Sequence[str], colours: Sequence[str], gap: float
) -> None:
    """Writes each line's name at its end, moved apart by at least ``gap`` (data units) and never reordered."""
    order = sorted(range(len(places)), key=lambda k: places[k][1])
    heights: dict[int, float] = {}
    last = None
    for k in order:
        heights[k] = places[k][1] if last is None else max(places[k][1], last + gap)
        last = heights[k]
    shift = sum(heights[k] - places[k][1] for k in order) / max(len(order), 1)
    for k in order:
        axes.annotate(
            texts[k],
            (places[k][0], heights[k] - shift),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            color=colours[k],
            fontsize=9,
            annotation_clip=False,
        )


def thousands(value: float, _place: object = None) -> str:
    """Axis label of an amount: ``-250k``, ``1.2M``."""
    size = abs(value)
    if size >= 999_950:
        text = f"{size / 1e6:.1f}M"
    elif size >= 1000:
        text = f"{size / 1e3:.0f}k"
    else:
        text = f"{size:.0f}"
    return ("\u2212" if value < 0 else "") + text


def month_ticks(axes: Axes, labels: Sequence[str], narrow: bool) -> None:
    """Every third (or sixth) month, the year below January."""
    names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    step = 1 if len(labels) <= 6 else 3 if len(labels) <= 24 and not narrow else 6 if len(labels) <= 36 else 12
    places = list(range(0, len(labels), step))
    texts = []
    for place in places:
        year, month = labels[place].split("-")
        texts.append(names[int(month) - 1] + (f"\n{year}" if place == 0 or month == "01" else ""))
    axes.set_xticks(places, texts)
