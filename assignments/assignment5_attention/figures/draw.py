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
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

HERE = Path(__file__).parent
ROOT = HERE.parents[2]

INK, FAINT, PAPER = "#24292f", "#c4cad1", "#ffffff"
BLUE, ORANGE = "#bcd9f5", "#fbd3a6"
DARK_BLUE, DARK_ORANGE = "#2f74b5", "#c9660a"
BLUES = LinearSegmentedColormap.from_list("blues", [PAPER, DARK_BLUE])
BOTH = LinearSegmentedColormap.from_list("both", [DARK_ORANGE, PAPER, DARK_BLUE])


def figure(columns: int, width: float, height: float, *, rows: int = 1, **options: Any) -> tuple[Any, Any]:
    """Return a figure and its axes."""
    size = width, height
    return plt.subplots(rows, columns, figsize=size, facecolor=PAPER, layout="constrained", **options)


def write(ax: Axes, x: float, y: float, text: str, **style: Any) -> None:
    """Write text at a point."""
    ax.text(x, y, text, **{"fontsize": 9, "color": INK, "ha": "center", "va": "center", **style})


def bare(ax: Axes, title: str = "") -> None:
    """Leave nothing of the axes but a title."""
    ax.set(xticks=[], yticks=[])
    ax.set_title(title, fontsize=9, color=INK)
    for side in ax.spines.values():
        side.set_visible(False)


def cells(ax: Axes, values: Any, colours: Any, *, at: tuple[float, float] = (0, 0), texts: Any = None) -> None:
    """Draw a matrix as cells with colours and texts, its upper left corner at a point; y grows downwards."""
    for (i, j), _ in np.ndenumerate(values):
        corner = at[0] + j, at[1] + i
        ax.add_patch(Rectangle(corner, 1, 1, facecolor=colours[i][j], edgecolor=FAINT, linewidth=0.8))
        if texts is not None:
            write(ax, corner[0] + 0.5, corner[1] + 0.5, texts[i][j].replace("-", "−"))


def room(ax: Axes, width: float, height: float, *, left: float = 0, top: float = 0) -> None:
    """Make room for cells."""
    ax.set(xlim=(-left - 0.1, width + 0.1), ylim=(height + 0.1, -top - 0.1), aspect="equal")


def draw_context(solution: dict[str, Any]) -> Any:
    """Three vectors and their weighted average, for two sets of weights."""
    H = np.array([[2.0, 0.0], [0.0, 4.0], [4.0, 4.0]])
    fig, axes = figure(2, 7.2, 3.5)
    for ax, alpha in zip(axes, ((0.5, 0.25, 0.25), (0.1, 0.2, 0.7)), strict=True):
        c = solution["context"]([alpha], [H])[0]
        ax.add_patch(plt.Polygon(H, facecolor=BLUE, alpha=0.35, edgecolor=FAINT))
        for weight, h, name in zip(alpha, H, "₁₂₃", strict=True):
            ax.plot(*h, "o", color=DARK_BLUE, markersize=4 + 16 * weight)
            write(ax, h[0] + 0.25, h[1] + 0.42, f"h{name}: {weight:g}", ha="left")
            ax.plot([h[0], c[0]], [h[1], c[1]], color=FAINT, linewidth=1, zorder=0)
        ax.plot(*c, "D", color=DARK_ORANGE, markersize=8)
        write(ax, c[0] + 0.25, c[1] - 0.4, f"c = ({c[0]:g}, {c[1]:g})", ha="left", color=DARK_ORANGE, weight="bold")
        ax.set(xlim=(-0.6, 5.9), ylim=(-0.7, 5.2), aspect="equal")
        ax.tick_params(labelsize=8, colors=INK, length=2)
        for side in ax.spines.values():
            side.set_color(FAINT)
    return fig


def draw_masks(solution: dict[str, Any]) -> Any:
    """A padding mask, a causal mask, and what both keep."""
    T, words = 5, ("the", "cat", "sat", "–", "–")
    pad, causal = solution["padding_mask"]([3], T), solution["causal_mask"](T)
    both = solution["combine"](pad, causal)[0, 0]
    titles = "padding_mask([3], 5),\nfor every query", "causal_mask(5)", "combine of the two"
    fig, axes = figure(3, 8.2, 3.4)
    for ax, mask, title in zip(axes, (np.broadcast_to(pad, (T, T)), causal, both), titles, strict=True):
        colours = np.where(mask, BLUE, PAPER)
        cells(ax, mask, colours, texts=np.where(mask, "✓", ""))
        for k, word in enumerate(words):
            write(ax, k + 0.5, -0.4, word)
            write(ax, -0.25, k + 0.5, word, ha="right")
        room(ax, T, T + 0.7, left=1.4, top=0.9)
        bare(ax, title)
        write(ax, T / 2, T + 0.45, "keys", style="italic")
    write(axes[0], -1.35, T / 2, "queries", style="italic", rotation=90)
    return fig


def shades(values: Any, largest: float, colours: Any = BOTH) -> Any:
    """Colours of numbers from −largest to largest (or from 0)."""
    low = 0.0 if colours is BLUES else -largest
    return [[colours((v - low) / (largest - low)) for v in row] for row in values]


def draw_attention(solution: dict[str, Any]) -> Any:
    """Queries, keys, weights, values and output, as matrices with their shapes."""
    rng = np.random.default_rng(5)
    Q, K, V = rng.integers(-2, 3, (3, 4)), rng.integers(-2, 3, (5, 4)), rng.integers(-2, 3, (5, 2))
    out, weights = solution["scaled_dot_product_attention"](Q, K, V)
    fig, ax = plt.subplots(figsize=(8.4, 3.9), facecolor=PAPER, layout="constrained")
    cells(ax, Q, shades(Q, 3), at=(0, 5), texts=Q.astype(str))
    cells(ax, K.T, shades(K.T, 3), at=(6, 0), texts=K.T.astype(str))
    cells(ax, weights, shades(weights, 1.2, BLUES), at=(6, 5), texts=[[f"{w:.2f}" for w in row] for row in weights])
    cells(ax, V, shades(V, 3), at=(13, 4), texts=V.astype(str))
    cells(ax, out, shades(out, 3), at=(18, 5), texts=[[f"{o:.2f}" for o in row] for row in out])
    for x, y, text in (
        (2, 8.6, "Q (Tq, dk)"),
        (8.5, -0.6, "Kᵀ (dk, Tk)"),
        (8.5, 8.6, "weights (Tq, Tk):\nrows add up to 1"),
        (14, 9.6, "V (Tk, dv)"),
        (19, 8.6, "out (Tq, dv)"),
        (5, 6.5, "·"),
        (12, 6.5, "·"),
        (16.5, 6.5, "="),
        (5, 4.6, "softmax( … / √dk)"),
    ):
        write(ax, x, y + (0.5 if "\n" in text else 0), text, fontsize=14 if len(text) == 1 else 9)
    room(ax, 20.2, 10, top=1)
    bare(ax)
    return fig


def draw_heads(solution: dict[str, Any]) -> Any:
    """The way of the numbers through split and merge, and what a plain reshape makes of them."""
    X, palette = np.arange(1, 13).reshape(1, 3, 4), (BLUE, ORANGE)
    owner = np.broadcast_to([0, 0, 1, 1], (3, 4))
    heads, wrong = solution["split_heads"](X, 2)[0].astype(int), X.reshape(2, 3, 2)
    fig, axes = figure(2, 8.2, 3.0)
    for ax, parts, title in (
        (axes[0], heads, "split_heads(X, 2): a head is a block of columns"),
        (axes[1], wrong, "X.reshape(N, 2, T, 2): no head at all"),
    ):
        cells(ax, X[0], [[palette[o] for o in row] for row in owner], texts=X[0].astype(str))
        write(ax, 2, -0.45, "X: T = 3, D = 4")
        for j, part in enumerate(parts):
            colours = [[palette[owner[(v - 1) // 4, (v - 1) % 4]] for v in row] for row in part]
            cells(ax, part, colours, at=(6 + 3 * j, 0), texts=part.astype(str))
            write(ax, 7 + 3 * j, -0.45, f"head {j}")
        ax.annotate("", (5.7, 1.5), (4.3, 1.5), arrowprops={"arrowstyle": "-|>", "color": INK})
        room(ax, 11.4, 3, left=0.4, top=1)
        bare(ax, title)
    return fig


def draw_positions(solution: dict[str, Any]) -> Any:
    """All numbers of 50 positions as colours, and four columns as curves."""
    P = solution["sinusoidal_positions"](50, 32)
    fig, axes = figure(2, 8.2, 3.2, width_ratios=[1, 1.25])
    axes[0].imshow(P, aspect="auto", cmap=BOTH, vmin=-1.2, vmax=1.2, interpolation="nearest")
    axes[0].set(xlabel="column", ylabel="position t")
    columns = zip((0, 1, 8, 9), (DARK_BLUE, DARK_BLUE, DARK_ORANGE, DARK_ORANGE), ("-", "--") * 2, strict=True)
    for column, colour, style in columns:
        axes[1].plot(P[:, column], style, color=colour, linewidth=1.4, label=f"column {column}")
    axes[1].set(xlabel="position t", ylim=(-1.15, 1.55))
    axes[1].legend(fontsize=8, ncols=4, loc="upper center", frameon=False, columnspacing=1, handlelength=1.4)
    for ax in axes:
        ax.tick_params(labelsize=8, colors=INK, length=2)
        for side in ax.spines.values():
            side.set_color(FAINT)
    return fig


def trained(solution: dict[str, Any], data: Any) -> Any:
    """Parameters as the hidden test trains them."""
    rng, bound = np.random.default_rng(2017), np.sqrt(6 / 80)
    params = {name: rng.uniform(-bound, bound, (64, 16)) for name in ("Wq", "Wk")}
    orders = [rng.permutation(len(data.y_train)) for _ in range(6)]
    batches = [batch for order in orders for batch in np.split(order, range(30, len(order), 30))]
    return solution["train_retrieval"](data.Q_train, data.K_train, data.y_train, params, 1.0, batches)[0]


def draw_retrieval(solution: dict[str, Any]) -> Any:
    """Three searches among images that were held back, with the weights that the trained attention gives."""
    from reference import datasets  # found only once main has set the path

    data = datasets.retrieval_split()
    params = trained(solution, data)
    queries, keys = data.Q_test @ params["Wq"], data.K_test @ params["Wk"]
    _, weights = solution["scaled_dot_product_attention"](queries, keys, keys)
    fig, axes = figure(7, 7.2, 4.2, rows=3)
    for row, n in zip(axes, (3, 14, 25), strict=True):
        bare(row[0])
        write(row[0], 0.5, 0.5, f"where is the {data.Q_test[n, 0].argmax()}?", transform=row[0].transAxes)
        for ax, image, weight in zip(row[1:], data.K_test[n], weights[n, 0], strict=True):
            ax.imshow(-image.reshape(8, 8), cmap="gray", interpolation="nearest")
            bare(ax, f"{weight:.2f}")
            ax.title.set_color(DARK_BLUE if weight == weights[n, 0].max() else INK)
            ax.title.set_weight("bold" if weight == weights[n, 0].max() else "normal")
    return fig


FIGURES = {
    "context": draw_context,
    "masks": draw_masks,
    "attention": draw_attention,
    "heads": draw_heads,
    "positions": draw_positions,
    "retrieval": draw_retrieval,
}


def main() -> None:
    """Write every figure beside this file."""
    sys.path.insert(0, str(ROOT))
    mpl.rcParams.update({"svg.hashsalt": "deepgrade", "font.family": "DejaVu Sans", "axes.labelsize": 9})
    solution = runpy.run_path(str(ROOT / "solutions" / HERE.parent.name / "attention.py"))
    for name, draw in FIGURES.items():
        fig = draw(solution)
        fig.savefig(HERE / f"{name}.svg", metadata={"Date": None})
        plt.close(fig)


if __name__ == "__main__":
    main()
