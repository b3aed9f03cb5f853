"""Draw the handout's figures, from numbers that the solution computes: `python draw.py` writes the .svg files here.

Only authors run this (it needs matplotlib and the solution). The same code gives the same bytes.
"""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch

HERE = Path(__file__).parent
ROOT = HERE.parents[2]

INK, FAINT, PAPER = "#24292f", "#c4cad1", "#ffffff"
BLUE, ORANGE, GREEN, GREY = "#bcd9f5", "#fbd3a6", "#c3e6c3", "#f1f2f4"
DARK_BLUE, DARK_ORANGE, DARK_GREEN = "#2f74b5", "#c9660a", "#3a8a3a"


def canvas(rows: float, cols: float, inch: float = 0.5) -> tuple[Any, Axes]:
    """Return a figure and axes of so many unit squares, row 0 at the top."""
    fig = plt.figure(figsize=(cols * inch, rows * inch), facecolor=PAPER)
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, cols), ylim=(rows, 0), aspect="equal")
    ax.axis("off")
    return fig, ax


def label(ax: Axes, at: tuple[float, float], text: str, size: float = 10, **style: Any) -> None:
    """Write text, centred at a point (column, row)."""
    style = {"ha": "center", "va": "center", "color": INK, **style}
    ax.text(*at, text, fontsize=size, **style)


def box(ax: Axes, at: tuple[float, float], text: str, fill: str, *, width: float = 1.5, height: float = 1.0) -> None:
    """Draw a box with a text, centred at a point."""
    corner = (at[0] - width / 2, at[1] - height / 2)
    shape = "round,pad=0,rounding_size=0.15"
    ax.add_patch(FancyBboxPatch(corner, width, height, boxstyle=shape, facecolor=fill, edgecolor=INK, linewidth=0.9))
    label(ax, at, text)


def node(ax: Axes, at: tuple[float, float], text: str, fill: str = PAPER) -> None:
    """Draw an operation in a circle."""
    ax.add_patch(Circle(at, 0.36, facecolor=fill, edgecolor=INK, linewidth=0.9, zorder=3))
    label(ax, at, text, 11, zorder=4)


def arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], color: str = INK, bend: float = 0.0) -> None:
    """Draw an arrow between two points."""
    style = f"arc3,rad={bend}"
    ax.add_patch(
        FancyArrowPatch(
            start, end, connectionstyle=style, arrowstyle="-|>", mutation_scale=11, color=color, shrinkA=0, shrinkB=0
        )
    )


def line(ax: Axes, *points: tuple[float, float]) -> None:
    """Draw a line through points."""
    ax.plot(*zip(*points, strict=True), color=INK, linewidth=1.1, solid_joinstyle="round")


def draw_unfolding(solution: dict[str, Any]) -> Any:
    """The loop, and the same over three steps, with the numbers of the first docstring's network."""
    fig, ax = canvas(5.6, 17.4)
    box(ax, (1.8, 2.7), "h", GREEN)
    box(ax, (1.8, 4.7), "x", BLUE)
    arrow(ax, (1.8, 4.2), (1.8, 3.2))
    ax.add_patch(
        FancyArrowPatch(
            (2.35, 2.2), (1.25, 2.2), connectionstyle="arc3,rad=1.3", arrowstyle="-|>", mutation_scale=11, color=INK
        )
    )
    label(ax, (1.8, 0.75), "Wh")
    label(ax, (2.3, 3.7), "Wx")
    label(ax, (4.0, 2.7), "=", 18)
    X = np.array([[[np.log(2)], [np.log(3) - 0.6], [0.0]]])
    states = solution["rnn_forward"](X, [[0.0]], [[1.0]], [[1.0]], [0.0])[0, :, 0]
    box(ax, (5.6, 2.7), "h₀", GREY)
    label(ax, (5.6, 1.75), "0", 9)
    for t, (x, h) in enumerate(zip(X[0, :, 0], states, strict=True), 1):
        col = 5.6 + 3.2 * t
        box(ax, (col, 2.7), f"h{'₀₁₂₃'[t]}", GREEN)
        box(ax, (col, 4.7), f"x{'₀₁₂₃'[t]}", BLUE)
        arrow(ax, (col, 4.2), (col, 3.2))
        arrow(ax, (col - 2.45, 2.7), (col - 0.75, 2.7))
        label(ax, (col - 1.6, 2.35), "Wh")
        label(ax, (col + 0.5, 3.7), "Wx")
        label(ax, (col, 1.75), f"{h:.2f}", 9)
        label(ax, (col + 0.85, 5.1), f"{x:.2f}", 9, ha="left")
    label(ax, (10.4, 0.75), "every step has the same Wx, Wh and b", 9, style="italic")
    return fig


def draw_directions(solution: dict[str, Any]) -> Any:
    """Two sentences of a batch; where each network begins, and what stays 0."""
    fig, ax = canvas(7.2, 17.2)
    words = [["he", "said", "Teddy", "was", "here"], ["good", "night", "–", "–", "–"]]
    for row, (sentence, length) in enumerate(zip(words, (5, 2), strict=True)):
        top = 1.2 + 3.4 * row
        label(ax, (1.1, top + 0.5), f"length {length}", 9)
        for t, word in enumerate(sentence):
            box(ax, (3.2 + 2.4 * t, top + 0.5), word, BLUE if t < length else GREY, width=1.7)
        last = 3.2 + 2.4 * (length - 1)
        arrow(ax, (2.4, top + 1.4), (last + 0.8, top + 1.4), DARK_GREEN)
        arrow(ax, (last + 0.8, top + 1.9), (2.4, top + 1.9), DARK_ORANGE)
        label(ax, (2.2, top + 1.4), "fw", 9, ha="right", color=DARK_GREEN)
        label(ax, (last + 1.0, top + 1.9), "bw begins here", 9, ha="left", color=DARK_ORANGE)
        if length < 5:
            label(ax, (10.4, top + 1.4), "padding: not read, result 0", 9, style="italic")
    label(ax, (3.2, 0.5), "t = 0", 9)
    label(ax, (12.8, 0.5), "t = T − 1", 9)
    return fig


def draw_cell(solution: dict[str, Any]) -> Any:
    """The cell with its four gates, and the numbers of the docstring's example."""
    Wx, Wh, b = np.array([[np.log(3), 0, np.log(2), -np.log(3)]]), np.zeros((1, 4)), np.zeros(4)
    start = 2 * np.log(2) - 0.9
    h, c = (float(value[0, 0]) for value in solution["lstm_step"]([[1.0]], [[0.0]], [[start]], Wx, Wh, b))
    fig, ax = canvas(9.2, 17.2)
    # The cell's own way, along the top
    line(ax, (0.6, 1.6), (16.4, 1.6))
    arrow(ax, (15.6, 1.6), (16.6, 1.6))
    label(ax, (1.0, 1.15), f"c = {start:.3f}", 9, ha="left")
    label(ax, (16.4, 1.15), f"c' = {c:.3f}", 9, ha="right")
    node(ax, (4.0, 1.6), "×")
    node(ax, (8.2, 1.6), "+")
    # The four blocks, from x and h
    line(ax, (0.6, 7.9), (12.6, 7.9))
    label(ax, (0.7, 8.45), "x and h:  a = x Wx + h Wh + b", 9, ha="left")
    blocks = ((6.4, "i  σ", "¾"), (4.0, "f  σ", "½"), (9.6, "g  tanh", "0.6"), (12.6, "o  σ", "¼"))
    for col, text, value in blocks:
        arrow(ax, (col, 7.9), (col, 6.6))
        box(ax, (col, 6.1), text, ORANGE if "tanh" in text else BLUE)
        label(ax, (col - 0.25, 5.3), value, 9, ha="right")
    arrow(ax, (4.0, 5.6), (4.0, 1.98))
    node(ax, (8.2, 3.9), "×")
    line(ax, (6.4, 5.6), (6.4, 3.9))
    arrow(ax, (6.4, 3.9), (7.84, 3.9))
    line(ax, (9.6, 5.6), (9.6, 3.9))
    arrow(ax, (9.6, 3.9), (8.56, 3.9))
    arrow(ax, (8.2, 3.54), (8.2, 1.98))
    # The state
    arrow(ax, (14.4, 1.6), (14.4, 2.6))
    box(ax, (14.4, 3.1), "tanh", ORANGE)
    node(ax, (14.4, 5.2), "×")
    arrow(ax, (14.4, 3.6), (14.4, 4.84))
    line(ax, (12.6, 5.6), (12.6, 5.2))
    arrow(ax, (12.6, 5.2), (14.04, 5.2))
    line(ax, (14.76, 5.2), (15.6, 5.2))
    arrow(ax, (15.6, 5.2), (16.6, 5.2))
    label(ax, (16.4, 4.75), f"h' = {h:.2f}", 9, ha="right")
    label(ax, (5.0, 2.2), "kept", 9, style="italic")
    label(ax, (8.9, 2.75), "written", 9, ha="left", style="italic")
    label(ax, (14.7, 4.3), "shown", 9, ha="left", style="italic")
    return fig


def draw_fates(solution: dict[str, Any]) -> Any:
    """Left: |w|ᵗ. Right: how much of a loss at the last step reaches the first one, for a plain network and an LSTM."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(8.6, 3.2), facecolor=PAPER, layout="constrained")
    steps = np.arange(0, 41)
    for w, color in ((0.8, DARK_BLUE), (1.0, INK), (-1.2, DARK_ORANGE)):
        sizes = [abs(solution["power_recurrence"]([[w]], [1.0], int(t))[0]) for t in steps]
        left.plot(steps, sizes, color=color, linewidth=1.8)
        says = f"{w:g}".replace("-", "−")
        left.annotate(
            f"w = {says}: {solution['fate']([[w]])}",
            (40, sizes[-1]),
            (40, sizes[-1] * (6 if abs(w) >= 1 else 80)),
            fontsize=9,
            ha="right",
        )
    left.set(yscale="log", xlabel="steps t", title="|wᵗ|")
    left.set_ylim(1e-5, 1e5)
    H, lengths = 16, np.arange(1, 41)
    plain = [_plain_gradient(solution, H=H, T=int(T)) for T in lengths]
    gated = {f: [_cell_gradient(solution, forget=f, H=H, T=int(T)) for T in lengths] for f in (1.0, 4.0)}
    right.plot(lengths, plain, color=DARK_BLUE, linewidth=1.8)
    right.plot(lengths, gated[1.0], color=DARK_ORANGE, linewidth=1.8)
    right.plot(lengths, gated[4.0], color=DARK_GREEN, linewidth=1.8)
    ends = ((plain, "plain network", 0.02), (gated[1.0], "LSTM, f ≈ 0.73", 60), (gated[4.0], "LSTM, f ≈ 0.98", 3))
    for norms, says, above in ends:
        right.annotate(says, (40, norms[-1]), (40, norms[-1] * above), fontsize=9, ha="right")
    right.set_ylim(1e-9, 1e2)
    right.set(yscale="log", xlabel="steps T", title="norm of the gradient that reaches the start")
    for ax in (left, right):
        ax.spines[["top", "right"]].set_visible(False)
        ax.grid(color=FAINT, linewidth=0.4)
        ax.set_title(ax.get_title(), fontsize=10)
    return fig


def _plain_gradient(solution: dict[str, Any], *, H: int, T: int) -> float:
    """‖∂/∂h₀‖ of a random loss at h_T, for weights whose spectral radius is 0.9."""
    rng = np.random.default_rng(10)
    Wh = rng.standard_normal((H, H))
    Wh *= 0.9 / np.abs(np.linalg.eigvals(Wh)).max()
    wish = rng.standard_normal(H)
    dH = np.zeros((1, T, H))
    dH[0, -1] = wish / np.linalg.norm(wish)
    X = 0.5 * rng.standard_normal((1, 40, H))[:, :T]
    _, dh0, *_ = solution["rnn_backward"](dH, X, np.zeros((1, H)), np.eye(H), Wh, np.zeros(H))
    return float(np.linalg.norm(dh0))


def _cell_gradient(solution: dict[str, Any], *, forget: float, H: int, T: int) -> float:
    """‖∂/∂c₀‖ of a loss at c_T, with this bias of the forget gate and small weights."""
    rng = np.random.default_rng(10)
    Wx, Wh = 0.02 * rng.standard_normal((H, 4 * H)), 0.02 * rng.standard_normal((H, 4 * H))
    b = np.zeros(4 * H)
    b[H : 2 * H] = forget
    wish = rng.standard_normal((1, H))
    X = 0.5 * rng.standard_normal((1, 40, H))[:, :T]
    zeros = np.zeros((1, H))
    grads = solution["lstm_backward"](np.zeros((1, T, H)), wish / np.linalg.norm(wish), X, zeros, zeros, Wx, Wh, b)
    return float(np.linalg.norm(grads[2]))


FIGURES = {"unfolding": draw_unfolding, "directions": draw_directions, "cell": draw_cell, "fates": draw_fates}


def main() -> None:
    """Write every figure beside this file."""
    mpl.rcParams.update({"svg.hashsalt": "deepgrade", "font.family": "DejaVu Sans"})
    solution = runpy.run_path(str(ROOT / "solutions" / HERE.parent.name / "lstm.py"))
    for name, draw in FIGURES.items():
        fig = draw(solution)
        fig.savefig(HERE / f"{name}.svg", metadata={"Date": None})
        plt.close(fig)


if __name__ == "__main__":
    main()
