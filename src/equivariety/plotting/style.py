"""One look for all pictures: legible in print and to colour-blind readers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equivariety.files import replacing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# The palette of Okabe and Ito, which stays apart under every common colour blindness.
BLUE, ORANGE, GREEN, PURPLE, RED, SKY, YELLOW, GRAY = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#D55E00",
    "#56B4E9",
    "#F0E442",
    "#777777",
)
PALETTE = (BLUE, ORANGE, GREEN, PURPLE, RED, SKY, YELLOW)
RESOLUTION = 200  # dots per inch

_SETTINGS: dict[Any, Any] = {
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "legend.frameon": False,
    "svg.hashsalt": "equivariety",  # the same picture gives the same file
    "svg.fonttype": "none",
    "figure.constrained_layout.use": True,
}


@contextmanager
def house_style() -> Iterator[None]:
    """Matplotlib settings of this library, and only inside the block.

    Examples
    --------
    >>> import matplotlib
    >>> with house_style():
    ...     print(matplotlib.rcParams["legend.frameon"])
    False
    """
    import matplotlib as mpl

    with mpl.rc_context(_SETTINGS):
        yield


def save_figure(figure: Figure, folder: str | Path, name: str) -> list[Path]:
    """Write ``name.png`` and ``name.svg`` into a folder, each under a temporary name first.

    The folder is made if it does not exist.

    Returns
    -------
    list of Path
        The files written.

    Examples
    --------
    >>> import tempfile
    >>> [path.name for path in save_figure(new_figure(4, 3), tempfile.mkdtemp(), "empty")]
    ['empty.png', 'empty.svg']
    """
    written = []
    Path(folder).mkdir(parents=True, exist_ok=True)
    for kind in ("png", "svg"):
        path = Path(folder) / f"{name}.{kind}"
        metadata = {"Date": None} if kind == "svg" else None
        with replacing(path) as temporary, house_style():
            figure.savefig(temporary, format=kind, dpi=RESOLUTION, metadata=metadata)
        written.append(path)
    return written


def new_figure(width: float, height: float) -> Figure:
    """A figure that no window manager knows of: it needs no screen and no closing. Sizes in inches.

    Examples
    --------
    >>> figure = new_figure(4, 3)
    >>> figure.get_size_inches().tolist()
    [4.0, 3.0]
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def short_label(label: object) -> str:
    """The label of a block as text for ticks, cut to 24 characters.

    Examples
    --------
    >>> short_label((28, 27)), short_label("2a")
    ('(28, 27)', '2a')
    """
    text = label if isinstance(label, str) else f"({', '.join(map(str, label))})"  # type: ignore[call-overload]
    return text if len(text) <= 24 else f"{text[:22]}..."
