"""Draw the handout's figures, from numbers that the solution computes: `python draw.py` writes the .svg files here.

Only authors run this (it needs matplotlib, the solution and the data). The same code gives the same bytes.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle

HERE = Path(__file__).parent
ROOT = HERE.parents[2]

INK, FAINT, PAPER = "#24292f", "#c4cad1", "#ffffff"
BLUE, ORANGE, GREEN, PURPLE = "#bcd9f5", "#fbd3a6", "#c3e6c3", "#dccdf0"
HATCH: dict[str, Any] = {"facecolor": "#f1f2f4", "hatch": "////", "edgecolor": FAINT, "linewidth": 0.8}


def cell(ax: Axes, row: float, col: float, text: object = "", fill: str = PAPER, **style: Any) -> None:
    """Draw the unit square of a grid whose row 0 is at the top, with a text in it."""
    box = {"facecolor": fill, "edgecolor": INK, "linewidth": 0.8, **style}
    ax.add_patch(Rectangle((col, row), 1, 1, **box))
    ax.text(col + 0.5, row + 0.52, str(text), ha="center", va="center", fontsize=11, color=INK)


def grid(
    ax: Axes, values: Any, fills: dict[tuple[int, int], str] | None = None, at: tuple[float, float] = (0, 0)
) -> None:
    """Draw a matrix, its upper left corner `at` (row, column); `fills` colours single cells."""
    for (i, j), value in np.ndenumerate(np.asarray(values)):
        cell(ax, at[0] + i, at[1] + j, _text(value), (fills or {}).get((i, j), PAPER))


def frame(ax: Axes, row: float, col: float, size: tuple[float, float], color: str = INK) -> None:
    """Draw a thick empty box of that height and width."""
    ax.add_patch(Rectangle((col, row), size[1], size[0], fill=False, edgecolor=color, linewidth=2.2, joinstyle="miter"))


def arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], bend: float = 0.0) -> None:
    """Draw an arrow between two points (column, row)."""
    style = f"arc3,rad={bend}"
    ax.add_patch(FancyArrowPatch(start, end, connectionstyle=style, arrowstyle="-|>", mutation_scale=11, color=INK))


def label(ax: Axes, row: float, col: float, text: str, size: float = 10, **style: Any) -> None:
    """Write text, centred at a point."""
    ax.text(col, row, text, ha=style.pop("ha", "center"), va="center", fontsize=size, color=INK, **style)


def canvas(rows: float, cols: float, inch: float = 0.42) -> tuple[Any, Axes]:
    """Return a figure and axes of so many unit squares, row 0 at the top."""
    fig = plt.figure(figsize=(cols * inch, rows * inch), facecolor=PAPER)
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, cols), ylim=(rows, 0), aspect="equal")
    ax.axis("off")
    return fig, ax


def _text(value: Any) -> str:
    return f"{value:g}".replace("-", "−")


def _factor(value: int) -> str:
    return f"({_text(value)})" if value < 0 else _text(value)


def draw_sliding(solution: dict[str, Any]) -> Any:
    """The kernel at its four places on a 3×3 image, what each gives, and what the turned kernel would give."""
    img, k = np.array([[1, 2, 0], [0, 1, 3], [4, 0, 1]]), np.array([[1, 0], [2, -1]])
    out = solution["cross_correlate2d"](img, k)
    fig, ax = canvas(8.9, 24.2)
    label(ax, 0.6, 1.5, "kernel")
    grid(ax, k, dict.fromkeys(np.ndindex(2, 2), ORANGE), at=(1.5, 0.5))
    for n, (i, j) in enumerate(np.ndindex(2, 2)):
        col = 4 + 4.2 * n
        label(ax, 0.6, col + 1.5, f"out[{i}, {j}]", family="monospace")
        grid(ax, img, {(i + p, j + q): ORANGE for p, q in np.ndindex(2, 2)}, at=(1, col))
        frame(ax, 1 + i, col + j, (2, 2))
        terms = [f"{_text(img[i + p, j + q])}·{_factor(k[p, q])}" for p, q in np.ndindex(2, 2)]
        label(ax, 4.55, col + 1.5, f"{' + '.join(terms)}", 8)
        label(ax, 5.2, col + 1.5, f"= {_text(out[i, j])}", 11, weight="bold")
    label(ax, 0.6, 22.1, "output")
    grid(ax, out, dict.fromkeys(np.ndindex(2, 2), GREEN), at=(1.5, 21.1))
    ax.plot([0.5, 23.7], [6.0, 6.0], color=FAINT, linewidth=1)
    turned = "True convolution turns the kernel by 180° first, and gives something else:"
    label(ax, 7.5, 4, turned, ha="left")
    grid(ax, k[::-1, ::-1], dict.fromkeys(np.ndindex(2, 2), ORANGE), at=(6.5, 0.5))
    grid(ax, solution["true_convolution2d"](img, k), dict.fromkeys(np.ndindex(2, 2), GREEN), at=(6.5, 21.1))
    return fig


def draw_edges(solution: dict[str, Any]) -> Any:
    """A real digit with its grey values, and its horizontal differences, coloured by sign."""
    from reference.datasets import digits

    img = digits()[0][0, 0]
    edges = solution["horizontal_edges"](img)
    fig, ax = canvas(10.6, 20.6)
    label(ax, 0.6, 4.5, "image, 8 × 8")
    label(ax, 0.6, 15.1, "right neighbour − pixel, 8 × 7")
    grey, diverging = mpl.colormaps["Greys"], mpl.colormaps["RdBu"]
    _shade(ax, img, lambda v: grey(v / 20), at=(1.2, 0.5))
    _shade(ax, edges, lambda v: diverging(0.5 + v / 40), at=(1.2, 11.6))
    arrow(ax, (9.0, 5.2), (11.1, 5.2))
    label(ax, 4.5, 10.05, "[−1, 1]", family="monospace")
    label(ax, 9.9, 4.5, "0 is paper, 16 is ink", 9)
    label(ax, 9.9, 15.1, "blue: ink begins (+)     red: ink ends (−)     white: nothing changes", 9)
    return fig


def _shade(ax: Axes, values: Any, colour: Any, at: tuple[float, float]) -> None:
    for (i, j), value in np.ndenumerate(values):
        fill = colour(value)
        box = Rectangle((at[1] + j, at[0] + i), 1, 1, facecolor=fill, edgecolor=FAINT, linewidth=0.5)
        ax.add_patch(box)
        ink = PAPER if sum(fill[:3]) < 1.4 else INK
        place = (at[1] + j + 0.5, at[0] + i + 0.52)
        ax.text(*place, _text(value), ha="center", va="center", fontsize=8.5, color=ink)


def draw_sizes(solution: dict[str, Any]) -> Any:
    """How many windows of 3 fit along an axis, for several strides and paddings; what no window reaches is hatched."""
    fig, ax = canvas(9.4, 22.6)
    cases = [(6, 1, 0), (6, 2, 0), (6, 2, 1), (8, 3, 0)]
    for n, (size, stride, pad) in enumerate(cases):
        top, left = 0.3 + 5.0 * (n // 2), 1.0 + 11.2 * (n % 2)
        fits = solution["conv_output_size"](size, 3, stride, pad)
        _axis(ax, (top, left), size=size, stride=stride, pad=pad, fits=fits)
    return fig


def _axis(ax: Axes, at: tuple[float, float], *, size: int, stride: int, pad: int, fits: int) -> None:
    top, left = at
    title = f"n = {size}, k = 3, stride {stride}, pad {pad}:  {fits} windows"
    label(ax, top + 0.3, left, title, ha="left", weight="bold")
    reached = (fits - 1) * stride + 3
    for i in range(size + 2 * pad):
        framed = i < pad or i >= size + pad
        style = HATCH if i >= reached else {"linestyle": ":"} if framed else {}
        cell(ax, top + 0.9, left + i, "" if framed else i - pad, PAPER if framed else BLUE, **style)
        if framed:
            label(ax, top + 1.4, left + i + 0.5, "zero", 8)
    for w in range(fits):
        row = top + 2.35 + 0.55 * w
        ends = (left + w * stride + 0.12, left + w * stride + 2.88)
        ax.plot(ends, (row, row), color="#c9660a", linewidth=4, solid_capstyle="butt")
        label(ax, row, left - 0.35, str(w), 9)
    if reached < size + 2 * pad:
        label(ax, top + 2.35, left + reached + 0.1, "left out", 9, ha="left", style="italic")


def draw_pooling(solution: dict[str, Any]) -> Any:
    """Max-pooling forward, and where the gradients go: once with windows side by side, once with overlap and a tie."""
    fig, ax = canvas(12.6, 24.4)
    x = np.array([[1, 5, 2, 0, 6], [3, -1, 4, 7, 1], [-8, -2, 3, 3, 2], [-5, -4, 1, 3, 0]])
    colours = {(0, 0): BLUE, (0, 1): ORANGE, (1, 0): GREEN, (1, 1): PURPLE}
    label(ax, 0.5, 0.5, "k = 2, stride 2", ha="left", weight="bold")
    dout = np.array([[10, 20], [30, 40]])
    _pool_row(
        ax,
        solution,
        x,
        dout,
        stride=2,
        top=1.9,
        fills={(i, j): colours.get((i // 2, j // 2), "") for i, j in np.ndindex(4, 4)},
    )
    for i in range(4):
        ax.add_patch(Rectangle((4.5, 1.9 + i), 1, 1, **{**HATCH, "facecolor": "none"}))
    label(ax, 1.5, 5.0, "left out", 9, style="italic")
    label(ax, 6.3, 4.5, "a tie: 3 and 3 and 3", 9, ha="right", style="italic")
    label(ax, 6.3, 20.0, "the first 3 has it all", 9, style="italic")
    ax.plot([0.5, 23.9], [7.2, 7.2], color=FAINT, linewidth=1)
    label(ax, 8.0, 0.5, "k = 2, stride 1: the windows overlap", ha="left", weight="bold")
    tied = np.array([[1, 7, 7], [0, 2, 5]])
    _pool_row(ax, solution, tied, np.array([[1, 10]]), stride=1, top=9.4, fills={})
    frame(ax, 9.4, 0.5, (2, 2), "#2f74b5")
    frame(ax, 9.55, 1.62, (1.7, 1.76), "#c9660a")
    label(ax, 12.0, 0.5, "the first 7 wins both windows …", 9, ha="left", style="italic")
    label(ax, 12.0, 19.0, "… and gets 1 + 10", 9, style="italic")
    return fig


def _pool_row(ax: Axes, solution: dict[str, Any], x: Any, dout: Any, *, stride: int, top: float, fills: Any) -> None:
    """Draw x, its pooled output, the gradient there, and the gradient at x."""
    out = solution["max_pool2d_forward"](x[None, None], 2, stride)[0, 0]
    dx = solution["max_pool2d_backward"](dout[None, None], x[None, None], 2, stride)[0, 0]
    small = {(i, j): fills.get((i * stride, j * stride), PAPER) for i, j in np.ndindex(*out.shape)}
    won = {(i, j): fills.get((i, j), GREEN) for i, j in zip(*np.nonzero(dx), strict=True)}
    middle = top + (x.shape[0] - out.shape[0]) / 2
    for col, name in ((0.5 + x.shape[1] / 2, "x"), (9, "out"), (14.2, "dout"), (17.5 + x.shape[1] / 2, "dx")):
        label(ax, top - 0.5, col, name, family="monospace")
    grid(ax, x, {key: value for key, value in fills.items() if value}, at=(top, 0.5))
    grid(ax, out, small, at=(middle, 8))
    grid(ax, dout, small, at=(middle, 13.2))
    grid(ax, dx, won, at=(top, 17.5))
    row = top + x.shape[0] / 2
    arrow(ax, (0.8 + x.shape[1], row), (7.7, row))
    arrow(ax, (15.5, row), (17.2, row))
    ax.plot([11.6, 11.6], [top - 0.7, top + x.shape[0]], color=FAINT, linewidth=1, linestyle=":")


FIGURES = {"sliding": draw_sliding, "edges": draw_edges, "sizes": draw_sizes, "pooling": draw_pooling}


def main() -> None:
    """Write every figure beside this file."""
    sys.path.insert(0, str(ROOT))
    mpl.rcParams.update({"svg.hashsalt": "deepgrade", "font.family": "DejaVu Sans", "hatch.linewidth": 0.7})
    solution = runpy.run_path(str(ROOT / "solutions" / HERE.parent.name / "convolution.py"))
    for name, draw in FIGURES.items():
        fig = draw(solution)
        fig.savefig(HERE / f"{name}.svg", metadata={"Date": None})
        plt.close(fig)


if __name__ == "__main__":
    main()
