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
KINDS = ("sigmoid", "tanh", "relu", "leaky_relu", "step", "softplus")


def plane(ax: Axes, low: float, high: float, title: str = "") -> None:
    """Make a square plane with axes through the origin."""
    ax.set(xlim=(low, high), ylim=(low, high), aspect="equal")
    ax.axhline(0, color=FAINT, linewidth=0.8, zorder=0)
    ax.axvline(0, color=FAINT, linewidth=0.8, zorder=0)
    ax.set_title(title, fontsize=10, color=INK)
    _plain(ax)


def _plain(ax: Axes) -> None:
    ax.tick_params(labelsize=8, colors=INK, length=2)
    for side in ax.spines.values():
        side.set_color(FAINT)


def halves(ax: Axes, w: Any, b: float) -> None:
    """Colour the half of the plane where w·x + b > 0, and draw the line where it is 0."""
    low, high = ax.get_xlim()
    x, y = np.meshgrid([low, high], [low, high])
    score = w[0] * x + w[1] * y + b
    ax.contourf(x, y, score, levels=[-1e9, 0, 1e9], colors=[ORANGE, BLUE], alpha=0.55, zorder=-1)
    ax.contour(x, y, score, levels=[0], colors=[INK], linewidths=1.6)


def arrow(ax: Axes, start: Any, end: Any, color: str = INK, **style: Any) -> None:
    """Draw an arrow between two points."""
    ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": color, "lw": 1.6, **style})


def example(ax: Axes, point: Any, label: int) -> None:
    """Draw an example: a filled disc for class 1, an empty one for class 0."""
    fill = DARK_BLUE if label == 1 else PAPER
    ax.plot(
        *point, "o", markersize=8, markerfacecolor=fill, markeredgecolor=DARK_BLUE if label else DARK_ORANGE, mew=1.8
    )


def write(ax: Axes, at: Any, text: str, by: tuple[float, float] = (0, 0), **style: Any) -> None:
    """Write text at a point, moved `by` so much."""
    ax.text(at[0] + by[0], at[1] + by[1], text, **{"fontsize": 9, "color": INK, "ha": "left", "va": "center", **style})


def figure(columns: int, width: float, height: float, rows: int = 1) -> tuple[Any, Any]:
    """Return a figure and its axes."""
    fig, axes = plt.subplots(rows, columns, figsize=(width, height), facecolor=PAPER, layout="constrained")
    return fig, axes


def draw_line(solution: dict[str, Any]) -> Any:
    """The three points of the first example, the line on which the weighted sum is 0, and what the bias does."""
    points, w = [(2, 1), (1, 1), (0, 3)], np.array([1.0, -1.0])
    fig, axes = figure(2, 7.6, 3.6)
    for ax, b in zip(axes, (0.0, 0.5), strict=True):
        plane(ax, -1, 4, f"w = (1, −1), b = {b:g}")
        halves(ax, w, b)
        arrow(ax, (2.5, 2.5 + b), (3.3, 1.7 + b))
        write(ax, (3.35, 1.75 + b), "w", weight="bold")
        for point in points:
            answer = int(solution["perceptron_predict"](point, w, b))
            example(ax, point, answer)
            score = w @ point + b
            write(ax, (point[0] + 0.18, point[1] - 0.28), f"{score:g} → {answer}".replace("-", "−"))
        write(ax, (3.9, -0.75), "class 1", ha="right", style="italic")
        write(ax, (-0.9, 3.75), "class 0", style="italic")
    return fig


def draw_update(solution: dict[str, Any]) -> Any:
    """Before and after an update: the misclassified positive example pulls the weights towards itself."""
    w, b, x = np.array([2.0, -1.0]), -1.0, np.array([1.0, 2.0])
    new_w, new_b = solution["perceptron_update"](w, b, x, 1)
    fig, axes = figure(2, 7.6, 3.6)
    for ax, (weights, bias), title in zip(axes, ((w, b), (new_w, new_b)), ("before", "after"), strict=True):
        sums = f"{weights[0]:g}·1 + {weights[1]:g}·2 + {bias:g} = {weights @ x + bias:g}".replace("+ -", "− ")
        plane(ax, -2, 4, f"{title}: {sums.replace('-', '−')}")
        halves(ax, weights, bias)
        arrow(ax, (0, 0), weights, DARK_GREEN)
        write(ax, weights, "w" if title == "before" else "w + x", (0.12, -0.28), color=DARK_GREEN, weight="bold")
        example(ax, x, 1)
        write(ax, x, "x, of class 1", (-0.15, 0.38), ha="center")
    arrow(axes[1], w, new_w, FAINT, linestyle="--")
    return fig


def draw_activations(solution: dict[str, Any]) -> Any:
    """The six functions, and their derivatives below them in another colour."""
    fig, axes = figure(3, 8.4, 4.6, rows=2)
    z = np.linspace(-4, 4, 801)
    for ax, kind in zip(axes.flat, KINDS, strict=True):
        values, slopes = solution[kind](z), solution["activation_grad"](kind, z)
        if kind == "step":
            values = np.where(np.abs(z) < 0.01, np.nan, values)
        if kind in {"relu", "leaky_relu"}:
            slopes = np.where(np.abs(z) < 0.01, np.nan, slopes)
            ax.plot(0, float(solution["activation_grad"](kind, 0)), "o", color=DARK_ORANGE, markersize=4)
        ax.axhline(0, color=FAINT, linewidth=0.8)
        ax.axvline(0, color=FAINT, linewidth=0.8)
        ax.plot(z, values, color=DARK_BLUE, linewidth=2)
        ax.plot(z, slopes, color=DARK_ORANGE, linewidth=1.6, linestyle="--")
        if kind == "step":
            ax.plot(0, 0, "o", color=DARK_BLUE, markersize=4)
        ax.set(xlim=(-4, 4), ylim=(-1.2, 3))
        ax.set_title(kind, fontsize=10, color=INK, family="monospace")
        _plain(ax)
    return fig


def draw_descent(solution: dict[str, Any]) -> Any:
    """Paths on ½x² for three learning rates: creeping, arriving with swings, running away."""
    fig, axes = figure(3, 8.4, 2.9)
    x = np.linspace(-6, 6, 200)
    for ax, lr, start in zip(axes, (0.2, 1.7, 2.2), (5.0, 5.0, 2.0), strict=True):
        path = solution["gradient_descent"](lambda x: x, start, lr, 6)
        ax.plot(x, x**2 / 2, color=FAINT, linewidth=1.5)
        ax.plot(path, path**2 / 2, "o-", color=DARK_BLUE, linewidth=1, markersize=4)
        ax.plot(path[0], path[0] ** 2 / 2, "o", color=DARK_ORANGE, markersize=7)
        ax.set(xlim=(-6.2, 6.2), ylim=(-0.8, 18))
        ax.set_title(f"lr = {lr:g}: x ← {1 - lr:.1f} · x".replace("-", "−"), fontsize=10, color=INK)
        _plain(ax)
    return fig


def draw_xor(solution: dict[str, Any]) -> Any:
    """XOR in the plane, where no line will do, and in the space of two hidden units, where one does."""
    points, labels = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), (0, 1, 1, 0)
    hidden = solution["relu"](points @ np.ones((2, 2)) + np.array([0, -1]))
    fig, axes = figure(2, 7.6, 3.5)
    for ax, places, title in zip(
        axes, (points, hidden), ("the inputs: no line will do", "the same after two hidden units"), strict=True
    ):
        plane(ax, -0.5, 2.5, title)
        for place, label in zip(places, labels, strict=True):
            example(ax, place, label)
    halves(axes[1], np.array([1.0, -2.0]), -0.5)
    for point in points:
        write(axes[0], point, f"({point[0]}, {point[1]})", (0.12, 0.16))
    for place, text in zip(hidden[[0, 1, 3]], ("(0, 0)", "(0, 1) and (1, 0)", "(1, 1)"), strict=True):
        write(axes[1], place, text, (0.12, 0.18))
    axes[0].set(xlabel="x₀", ylabel="x₁")
    axes[1].set(xlabel="first hidden unit", ylabel="second hidden unit")
    return fig


FIGURES = {
    "line": draw_line,
    "update": draw_update,
    "activations": draw_activations,
    "descent": draw_descent,
    "xor": draw_xor,
}


def main() -> None:
    """Write every figure beside this file."""
    sys.path.insert(0, str(ROOT))
    mpl.rcParams.update({"svg.hashsalt": "deepgrade", "font.family": "DejaVu Sans", "axes.labelsize": 9})
    solution = runpy.run_path(str(ROOT / "solutions" / HERE.parent.name / "perceptron.py"))
    for name, draw in FIGURES.items():
        fig = draw(solution)
        fig.savefig(HERE / f"{name}.svg", metadata={"Date": None})
        plt.close(fig)


if __name__ == "__main__":
    main()
