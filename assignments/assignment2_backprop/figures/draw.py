"""Draw the handout's figures, from numbers that the solution computes: `python draw.py` writes the .svg files here.

Only authors run this (it needs matplotlib and the solution). The same code gives the same bytes.
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

HERE = Path(__file__).parent
ROOT = HERE.parents[2]

INK, FAINT, PAPER = "#24292f", "#c4cad1", "#ffffff"
BLUE, ORANGE = "#bcd9f5", "#fbd3a6"
DARK_BLUE, DARK_ORANGE, DARK_GREEN = "#2f74b5", "#c9660a", "#3c8c3c"


def figure(columns: int, width: float, height: float) -> tuple[Any, Any]:
    """Return a figure and its axes."""
    return plt.subplots(1, columns, figsize=(width, height), facecolor=PAPER, layout="constrained")


def plain(ax: Axes, title: str = "") -> None:
    """Make axes faint and their labels small."""
    ax.tick_params(labelsize=8, colors=INK, length=2)
    ax.set_title(title, fontsize=10, color=INK)
    for side in ax.spines.values():
        side.set_color(FAINT)


def write(ax: Axes, at: tuple[float, float], text: str, **style: Any) -> None:
    """Write text, centred at a point."""
    ax.text(*at, text, **{"fontsize": 10, "color": INK, "ha": "center", "va": "center", **style})


def node(ax: Axes, at: tuple[float, float], text: str, fill: str = BLUE) -> None:
    """Draw a node of a graph: a disc with text in it."""
    ax.add_patch(plt.Circle(at, 0.42, facecolor=fill, edgecolor=INK, linewidth=1.2, zorder=2))
    write(ax, at, text, zorder=3)


def arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], color: str = INK, bend: float = 0.0) -> None:
    """Draw an arrow from the rim of one node to that of another, a straight one or one that bends."""
    style = {
        "arrowstyle": "-|>",
        "color": color,
        "lw": 1.4,
        "shrinkA": 18,
        "shrinkB": 18,
        "connectionstyle": f"arc3,rad={bend}",
    }
    ax.annotate("", end, start, arrowprops=style)


def canvas(width: float, height: float, x: tuple[float, float], y: tuple[float, float]) -> tuple[Any, Axes]:
    """Return a figure with one plane to draw on, without axes."""
    fig, ax = figure(1, width, height)
    ax.set(xlim=x, ylim=y, aspect="equal")
    ax.axis("off")
    return fig, ax


def draw_chain(solution: dict[str, Any]) -> Any:
    """The docstring's example: values forwards, derivatives backwards, each at the input of its function."""
    fs = [lambda w: w**2, lambda x: 3 * x - 2, lambda y: y**2]
    dfs = [lambda w: 2 * w, lambda x: 3 + 0 * x, lambda y: 2 * y]
    values = [2.0]
    for f in fs:
        values.append(f(values[-1]))
    fig, ax = canvas(8.2, 2.5, (-0.9, 9.9), (-1.5, 1.4))
    for k, (name, value) in enumerate(zip("wxyz", values, strict=True)):
        node(ax, (3 * k, 0), f"{value:g}")
        write(ax, (3 * k, 0.75), name, style="italic")
    for k, text in enumerate(("w²", "3x − 2", "y²")):
        arrow(ax, (3 * k, 0), (3 * k + 3, 0))
        write(ax, (3 * k + 1.5, 0.3), text)
        arrow(ax, (3 * k + 3, -0.25), (3 * k, -0.25), DARK_ORANGE, -0.25)
        slope = dfs[k](values[k])
        rule = ("2w", "3", "2y")[k]
        at = f"{rule} = {slope:g}" if k != 1 else f"{slope:g}"
        write(ax, (3 * k + 1.5, -1.0), at, color=DARK_ORANGE)
    total = float(solution["chain_rule"](fs, dfs, 2.0))
    write(ax, (4.5, 1.2), f"dz/dw = 20 · 3 · 4 = {total:g}", color=DARK_ORANGE)
    return fig


def draw_losses(solution: dict[str, Any]) -> Any:
    """Loss and gradient of one example of class 1 over its score: the figure that the slide shows."""
    fig, (left, right) = figure(2, 8.4, 3.1)
    z = np.linspace(-3, 3, 601)
    losses = {
        "cross-entropy of σ(z)": (lambda v: solution["bce_with_logits"]([v], [1]), DARK_BLUE, "-"),
        "hinge": (lambda v: solution["hinge"]([v], [1]), DARK_ORANGE, "-"),
        "squared, (z − 1)²": (lambda v: solution["mse"]([v], [1]), DARK_GREEN, "-"),
    }
    for name, (loss, color, line) in losses.items():
        both = [loss(v) for v in z]
        left.plot(z, [value for value, _ in both], line, color=color, linewidth=1.8, label=name)
        slopes = np.array([float(slope[0]) for _, slope in both])
        if name == "hinge":
            slopes[np.abs(z - 1) < 0.01] = np.nan
        right.plot(z, slopes, line, color=color, linewidth=1.8)
    left.plot(z, z <= 0, ":", color=INK, linewidth=1.2, label="wrong or right")
    left.set(ylim=(-0.15, 5.6), xlabel="score z of an example of class 1")
    right.set(ylim=(-4, 2.5), xlabel="score z of an example of class 1")
    for ax, title in ((left, "loss"), (right, "its derivative")):
        ax.axhline(0, color=FAINT, linewidth=0.8, zorder=0)
        ax.axvline(0, color=FAINT, linewidth=0.8, zorder=0)
        plain(ax, title)
    left.legend(fontsize=8, frameon=False)
    return fig


def draw_graph(solution: dict[str, Any]) -> Any:
    """The graph of a·b + a at a = 2, b = 3: values in the nodes, gradients below them."""
    a, b = solution["Scalar"](2), solution["Scalar"](3)
    product = a * b
    z = product + a
    z.backward()
    places = {"a": (0.0, 1.0), "b": (0.0, -1.0), "a · b": (3.0, 0.0), "z": (6.0, 0.6)}
    fig, ax = canvas(7.2, 3.0, (-1.2, 7.4), (-2.0, 2.0))
    for name, scalar, fill in (("a", a, BLUE), ("b", b, BLUE), ("a · b", product, PAPER), ("z", z, ORANGE)):
        x, y = places[name]
        node(ax, (x, y), f"{scalar.data:g}", fill)
        write(ax, (x, y + 0.65), name, style="italic")
        write(ax, (x, y - 0.68), f"grad {scalar.grad:g}", color=DARK_ORANGE, fontsize=9)
    arrow(ax, places["a"], places["a · b"])
    arrow(ax, places["b"], places["a · b"])
    arrow(ax, places["a · b"], places["z"])
    arrow(ax, places["a"], places["z"], bend=-0.22)
    for at, text in (((1.75, 0.72), "· b = 3"), ((1.75, -0.72), "· a = 2"), ((4.5, 0.02), "· 1"), ((3.4, 1.95), "· 1")):
        write(ax, at, text, color=DARK_ORANGE, fontsize=9)
    return fig


def draw_spread(solution: dict[str, Any]) -> Any:
    """How wide the activations of ten tanh layers are spread, for three ways to start."""
    rng = np.random.default_rng(2010)
    ways = {
        "σ = 0.01": (lambda n: 0.01 * rng.standard_normal((n, n)), DARK_BLUE, "v-"),
        "σ = 1/√2000: half of Glorot's": (lambda n: rng.standard_normal((n, n)) / np.sqrt(4 * n), DARK_GREEN, "s-"),
        "Glorot": (lambda n: solution["glorot_uniform"](n, n, rng), DARK_ORANGE, "o-"),
    }
    fig, ax = figure(1, 6.0, 3.1)
    for name, (start, color, line) in ways.items():
        h = rng.standard_normal((200, 500))
        spreads = []
        for _ in range(10):
            h = np.tanh(h @ start(500))
            spreads.append(h.std())
        ax.semilogy(range(1, 11), spreads, line, color=color, linewidth=1.4, markersize=4, label=name)
    ax.set(xlabel="layer", ylabel="spread of its outputs", xticks=range(1, 11))
    ax.legend(fontsize=8, frameon=False)
    plain(ax)
    return fig


def draw_staircase(solution: dict[str, Any]) -> Any:
    """A curve, and the networks with 4, 8 and 30 sigmoids that follow it."""
    fig, axes = figure(3, 8.4, 2.7)

    def f(x: Any) -> Any:
        return np.sin(2 * x) + 0.3 * x

    x = np.linspace(0, 4, 801)
    for ax, n in zip(axes, (4, 8, 30), strict=True):
        w, c, v, d = solution["approximate"](f, 0.0, 4.0, n)
        with np.errstate(over="ignore"):
            network = (v / (1 + np.exp(-(np.outer(x, w) + c)))).sum(axis=1) + d
        ax.plot(x, f(x), color=FAINT, linewidth=4)
        ax.plot(x, network, color=DARK_BLUE, linewidth=1.4)
        plain(ax, f"n = {n}: at most {np.max(np.abs(network - f(x))):.2f} off")
    return fig


FIGURES = {
    "chain": draw_chain,
    "losses": draw_losses,
    "graph": draw_graph,
    "spread": draw_spread,
    "staircase": draw_staircase,
}


def main() -> None:
    """Write every figure beside this file."""
    sys.path.insert(0, str(ROOT))
    mpl.rcParams.update({"svg.hashsalt": "deepgrade", "font.family": "DejaVu Sans", "axes.labelsize": 9})
    solution = runpy.run_path(str(ROOT / "solutions" / HERE.parent.name / "backprop.py"))
    for name, draw in FIGURES.items():
        fig = draw(solution)
        fig.savefig(HERE / f"{name}.svg", metadata={"Date": None})
        plt.close(fig)


if __name__ == "__main__":
    main()
