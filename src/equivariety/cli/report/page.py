"""One HTML file that needs nothing else; its elements are a tree, so that every text is escaped as it is written."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from equivariety.cli.output import as_text
from equivariety.plotting import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Element = ElementTree.Element
Child = Element | str

# Colors of the pictures, and the variables of the style sheet that stand for them in light and dark.
_COLORS = {
    style.BLUE: "blue", style.ORANGE: "orange", style.GREEN: "green", style.GRAY: "muted",
    "#000000": "ink", "#ffffff": "paper", "#cccccc": "line",
}  # fmt: skip
_PIXELS_PER_INCH = 117
_SMALLEST = 0.67  # of that; on narrower screens the figure scrolls sideways
_SVG = "{http://www.w3.org/2000/svg}"


def element(tag: str, *children: Child, **attributes: str) -> Element:
    """An element; underscores at the end of names are left out, so that ``class_`` is the attribute class.

    Examples
    --------
    >>> ElementTree.tostring(element("p", "1 < 2 ", element("b", "&"), class_="note"), "unicode", method="html")
    '<p class="note">1 &lt; 2 <b>&amp;</b></p>'
    """
    made = Element(tag, {name.rstrip("_"): value for name, value in attributes.items()})
    for child in children:
        if isinstance(child, Element):
            made.append(child)
        elif len(made):
            made[-1].tail = (made[-1].tail or "") + child
        else:
            made.text = (made.text or "") + child
    return made


def document(title: str, *content: Child) -> bytes:
    """The whole page."""
    sheet = files("equivariety.cli.report").joinpath("style.css").read_text(encoding="utf-8")
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        element("style", sheet),
    )
    page = element("html", head, element("body", element("main", *content)), lang="en")
    text = ElementTree.tostring(page, "unicode", method="html")
    return f"<!DOCTYPE html>\n{text}\n".encode("utf-8", "replace")


def section(title: str, says: str, *content: Child) -> Element:
    """A part of the page with what it shows in a sentence or two."""
    return element("section", element("h2", title), element("p", says), *content)


def tiles(facts: dict[str, tuple[str, str]]) -> Element:
    """The main figures: for each name the value and a remark."""
    return element(
        "dl",
        *(
            element("div", element("dt", name), element("dd", value), element("dd", remark, class_="remark"))
            for name, (value, remark) in facts.items()
        ),
        class_="tiles",
    )


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Element:
    """A table that scrolls sideways where the screen is narrow; elements stand as they are, numbers to the right."""
    head = element("tr", *(element("th", name, scope="col") for name in columns))
    body = [element("tr", *map(_cell, row)) for row in rows]
    inner = element("table", element("thead", head), element("tbody", *body))
    return element("div", inner, class_="wide", tabindex="0")


def _cell(value: Any) -> Element:
    if isinstance(value, Element):
        return element("td", value)
    numeric = isinstance(value, int | float)
    return element("td", as_text(value), **({"class_": "number"} if numeric else {}))


def bar(share: float) -> Element:
    """A share from 0 to 1 as a bar with its percentage."""
    width = f"{100 * min(max(share, 0.0), 1.0):.1f}%"
    return element("span", element("i", style=f"width: {width}"), element("b", width), class_="bar")


def code(text: str, language: str) -> Element:
    """Code to copy: one click selects all of it."""
    return element("pre", element("code", text), class_="code", title="click, then copy", **{"data-language": language})


def chart(figure: Figure, says: str) -> Element:
    """A figure as SVG inside the page, in the colors of the page; ``says`` describes it to those who do not see it."""
    stream = io.StringIO()
    with style.house_style():
        figure.savefig(stream, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = stream.getvalue()
    for color, variable in _COLORS.items():
        text = re.sub(re.escape(color), f"var(--{variable})", text, flags=re.IGNORECASE)
    root = ElementTree.fromstring(text[text.index("<svg") :])
    for part in root.iter():
        part.tag = str(part.tag).removeprefix(_SVG)
        for name in [name for name in part.attrib if name.startswith("{")]:
            part.set("href", part.attrib.pop(name))  # only links to what stands in the same figure
    for metadata in root.findall("metadata"):
        root.remove(metadata)
    # Texts have one size on the page, whatever the width of the figure.
    width = _PIXELS_PER_INCH * figure.get_figwidth()
    root.set("style", f"max-width: {width:.0f}px; min-width: {_SMALLEST * width:.0f}px")
    del root.attrib["width"], root.attrib["height"]
    root.set("role", "img")
    root.set("aria-label", says)
    return element("figure", element("div", root, class_="wide chart", tabindex="0"), element("figcaption", says))


def image(values: NDArray[Any], says: str, signed: bool) -> Element:
    """A small picture: ink where values are 1; signed, blue for 1 and orange for -1; or the colors of three channels.

    Parameters
    ----------
    values : array of shape (height, width) from -1 to 1, or (3, height, width) from 0 to 1
    """
    from PIL import Image

    strength = np.rint(255 * np.clip(np.abs(values), 0, 1)).astype(np.uint8)
    if values.ndim == 3:
        pixels = Image.fromarray(np.rint(255 * np.clip(values, 0, 1)).astype(np.uint8).transpose(1, 2, 0))
    else:
        hues = (
            np.where((values < 0)[..., None], _rgb(style.ORANGE), _rgb(style.BLUE)) if signed else np.zeros((1, 1, 3))
        )
        colors = np.broadcast_to(hues, (*values.shape, 3)).astype(np.uint8)
        pixels = Image.fromarray(np.dstack([colors, strength]))
    stream = io.BytesIO()
    pixels.save(stream, "PNG", optimize=True)
    source = "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()
    kind = "color" if values.ndim == 3 else "signed" if signed else "ink"
    return element("img", src=source, alt=says, class_=kind, width=str(values.shape[-1]), height=str(values.shape[-2]))


def _rgb(color: str) -> list[int]:
    return [int(color[start : start + 2], 16) for start in (1, 3, 5)]
