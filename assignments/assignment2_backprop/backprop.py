# %% [markdown]
# # Assignment 2: back-propagation
#
# Fill in the functions below, from top to bottom, with NumPy alone. Each docstring says exactly what is wanted and
# most end in an example that you can check by hand; `README.md` beside this file has the pictures and the story.
#
# What holds for every function:
#
# - **Shapes.** Examples are rows: `X (N, D)` holds N examples of D numbers. Weights of a layer are `(d_in, d_out)`, so
#   that a layer is `X @ W + b`. (The slides write $W^\top h + b$, for one example, a column.)
# - **Losses** are means, with the natural logarithm, and take *logits*: numbers before any softmax or sigmoid. A
#   gradient that is returned is that of the loss that is returned: the 1/N is in it already.
# - **Numbers.** Lists, integers and float32 are welcome as input. What comes out is float64 (or float32, if you like,
#   where every array argument is float32); a loss is a single number. Whole numbers that come in must not make the
#   result whole: `np.asarray(x, dtype=float)`.
# - **Purity.** Never write into an argument, and never return one. Some tests pass arrays that cannot be written to.

# %%
"""Assignment 2: the chain rule, losses, back-propagation, a small autograd, and a network that reads digits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

# %% [markdown]
# ## 1 The chain rule ★
#
# Everything in this assignment is this rule, over and over. A change of w changes x, which changes y, which changes z:
# the factors multiply. What matters is *where* each derivative is taken: at what went into its own function.
#
# ![w, x, y and z in a row; each derivative stands at the input of its function](figures/chain.svg)


# %%
def chain_rule(
    fs: Sequence[Callable[[np.ndarray], np.ndarray]], dfs: Sequence[Callable[[np.ndarray], np.ndarray]], w: np.ndarray
) -> np.ndarray:
    """Return dz/dw of z = f_k( … f_2( f_1(w) ) … ), as floats of the shape of w.

        dz/dw = f_k′( … ) · … · f_2′( f_1(w) ) · f_1′(w)

    `fs` is a list of k ≥ 1 functions, of which fs[0] is applied first; dfs[i] is the derivative of fs[i]. Each of them
    takes and returns a number, or an array, entry by entry. Each derivative is taken at the *input* of its function. w
    is a number or an array of any shape; make floats of it.

    By hand: w = 2 → x = w² = 4 → y = 3x − 2 = 10 → z = y² = 100. The derivatives are 2w = 4, 3, and 2y = 20, and their
    product is 240.

    >>> fs = [lambda w: w**2, lambda x: 3 * x - 2, lambda y: y**2]
    >>> dfs = [lambda w: 2 * w, lambda x: 3 + 0 * x, lambda y: 2 * y]
    >>> float(chain_rule(fs, dfs, 2))
    240.0

    Slide: Basic notions: the gist of back-propagation. It writes f for all three functions, which need not be the same.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 2 From logits to probabilities ★
#
# A network's last layer gives one number per class, a *logit*, of any size and sign. The softmax makes probabilities of
# them. Only differences of logits count: add 5 to all, and nothing changes. That is also the cure when e^z overflows.


# %%
def softmax(z: np.ndarray, axis: int = -1) -> np.ndarray:
    """Return e^z_i / Σ_j e^z_j along an axis, as floats of the shape of z.

    z has any number of axes, at least one; `axis` is the one that the sum runs over, by default the last: for z (N, C),
    each row is made to sum to 1. Logits go up to ±10 000: nothing may overflow, and no row may be 0/0. So subtract from
    each row its *own* largest logit first. Why does that change nothing?

    By hand: e^0 = 1 and e^(ln 3) = 3, which sum to 4. Two equal logits get a half each, however large they are.

    >>> np.round(softmax([[0, np.log(3)], [1000, 1000]]), 6).tolist()
    [[0.25, 0.75], [0.5, 0.5]]
    >>> np.round(softmax([[0, np.log(3)], [0, 0]], axis=0), 6).tolist()
    [[0.5, 0.75], [0.5, 0.25]]

    Slide: Basic notions: output units. Its sum has the index i below the Σ, and means j: i is taken already.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %%
def log_softmax(z: np.ndarray, axis: int = -1) -> np.ndarray:
    """Return ln softmax(z) along an axis, as floats of the shape of z: the logarithms of the probabilities.

        z_i − ln Σ_j e^z_j

    z and `axis` are as for `softmax`, and logits go up to ±10 000. The logarithm of a softmax that was computed first
    is −∞ where the probability was rounded to 0; this must be finite: subtract the largest logit, then use the formula.

    By hand: ln ¼ = −1.386 and ln ¾ = −0.288. In the second row the sum is 1 + e^−1000, so that its logarithm is 0.

    >>> np.round(log_softmax([[0, np.log(3)], [1000, 0]]), 6).tolist()
    [[-1.386294, -0.287682], [0.0, -1000.0]]

    Slide: Basic notions: output units.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 3 Losses ★★
#
# A loss says how bad an answer is, in one number, and its gradient says in which direction each answer should move to
# make it smaller. What is propagated back is this gradient: not the "difference between actual and desired", which it
# happens to look like for some losses.
#
# ![Four losses of one example of class 1, over its score](figures/losses.svg)


# %%
def cross_entropy(logits: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    """Return (loss, dlogits): the mean cross-entropy of logits (N, C) with their targets, and its gradient (N, C).

        p       = softmax(logits), row by row
        loss    = 1/N · Σ_n Σ_c −t_nc ln p_nc
        dlogits = 1/N · (p − t)

    `targets` come in two forms, told apart by their number of axes (and by nothing else):

    - (N,): ids of classes, 0 … C − 1. Then t_nc is 1 for the class of example n and 0 for the others, so that the loss
      of an example is −ln p of its class.
    - (N, C): distributions t, each row of which sums to 1. They may be whole numbers.

    The logarithm is the natural one. Logits go up to ±10 000; do not clip p, and add nothing to it: an example that is
    wrong by 1000 costs 1000. (So where does ln p come from, if p itself is rounded to 0?)

    By hand: p is (¼, ¾) and (½, ½), the losses are −ln ¾ = 0.2877 and ln 2 = 0.6931, and their mean is 0.4904.

    >>> loss, dlogits = cross_entropy([[0, np.log(3)], [0, 0]], [1, 0])
    >>> round(loss, 4), np.round(dlogits, 6).tolist()
    (0.4904, [[0.125, -0.125], [-0.25, 0.25]])
    >>> loss, dlogits = cross_entropy([[0, np.log(3)], [0, 0]], [[0.5, 0.5], [1, 0]])
    >>> round(loss, 4), np.round(dlogits, 6).tolist()
    (0.7651, [[-0.125, 0.125], [-0.25, 0.25]])

    Slides: Basic notions: loss/objective functions; Basic notions: output units ("unnormalised log probabilities").
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %%
def bce_with_logits(z: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Return (loss, dz): the mean binary cross-entropy of σ(z) with y in {0, 1}, and its gradient in the shape of z.

        p    = σ(z) = 1 / (1 + e^−z)
        loss = mean of −( y ln p + (1 − y) ln(1 − p) )
        dz   = (p − y) / (number of entries)

    z and y have the same shape, any. The mean is over *all* entries, whatever the number of axes. z are logits, up to
    ±10 000: compute the loss from z, not from a p that is rounded to 0 or 1. (−ln p = ln(1 + e^−z); and −ln(1 − p)?)

    By hand: p is ½ and ¾; the losses are −ln ½ and −ln ¼, and their mean is 1.5 ln 2 = 1.0397.

    >>> loss, dz = bce_with_logits([0, np.log(3)], [1, 0])
    >>> round(loss, 4), np.round(dz, 6).tolist()
    (1.0397, [-0.25, 0.375])

    Slides: Basic notions: loss/objective functions; Basic notions: output units. The latter has 1 − e^−z below the line
    of the sigmoid; it is 1 + e^−z.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %%
def mse(pred: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Return (loss, dpred): the mean squared error, and its gradient in the shape of pred.

        loss = mean of (pred − y)²

    pred and y have the same shape, any. The mean is over *all* entries, whatever the number of axes. There is no ½ in
    front, so that the derivative of the square brings down a 2.

    By hand: the differences are 0, 2, 3 and 0; their squares sum to 13, and 13/4 = 3.25.

    >>> loss, dpred = mse([[1, 2], [3, 4]], [[1, 0], [0, 4]])
    >>> loss, dpred.tolist()
    (3.25, [[0.0, 1.0], [1.5, 0.0]])

    Slide: Basic notions: loss/objective functions.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %%
def hinge(scores: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Return (loss, dscores): the mean hinge loss with y in {−1, 1}, and its gradient in the shape of scores.

        loss = mean of max(0, 1 − y · score)

    scores and y have the same shape, any, and the mean is over *all* entries. Only here are the classes −1 and 1. An
    example costs nothing once it is on the right side by a margin y · score of 1 or more. At the kink, where the margin
    is exactly 1, take 0 for the derivative.

    By hand: the costs are 0, ½, 2 and 2, which sum to 4.5.

    >>> loss, dscores = hinge([2, 0.5, -1, 1], [1, 1, 1, -1])
    >>> loss, dscores.tolist()
    (1.125, [0.0, -0.25, -0.25, 0.25])

    Slide: Basic notions: loss/objective functions.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 4 A linear layer, forwards and backwards ★★
#
# The layer that all networks are made of. Backwards it is given `dout`: for each number that it put out, how much the
# loss would grow with it. It answers the same question for everything that it was given.


# %%
def linear_forward(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return X @ W + b, (N, M), for X (N, D), W (D, M) and b (M,).

    >>> linear_forward([[1, 2], [3, 4]], [[1, 0, 1], [0, 1, 1]], [10, 20, 30]).tolist()
    [[11.0, 22.0, 33.0], [13.0, 24.0, 37.0]]

    Slides: Basic notions: multi-layer perceptron; Basic notions: output units, where it is Wᵀh + b, for one upright h.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %%
def linear_backward(dout: np.ndarray, X: np.ndarray, W: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (dX (N, D), dW (D, M), db (M,)) for the layer out = X @ W + b, given the gradient dout (N, M).

    dout[n, m] is ∂loss/∂out[n, m]. By the chain rule, summed over all outputs in which a number takes part:

        dX[n, d] = Σ_m dout[n, m] · W[d, m]
        dW[d, m] = Σ_n X[n, d] · dout[n, m]
        db[m]    = Σ_n dout[n, m]

    These are sums, not means: if the loss is a mean, its 1/N has come with dout already.

    By hand: dX[0, 0] = 1·1 + 0·0 + 2·1 = 3 and dW[1, 2] = 2·2 + 4·0 = 4.

    >>> dX, dW, db = linear_backward([[1, 0, 2], [0, 1, 0]], [[1, 2], [3, 4]], [[1, 0, 1], [0, 1, 1]])
    >>> dX.tolist(), dW.tolist(), db.tolist()
    ([[3.0, 2.0], [0.0, 1.0]], [[1.0, 3.0, 2.0], [2.0, 4.0, 4.0]], [1.0, 1.0, 2.0])

    Slide: Basic notions: the gist of back-propagation.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 5 Back-propagation ★★★
#
# Forwards through all layers, keeping what each was given; then backwards, layer by layer, in the opposite order.


# %%
def mlp_loss_and_grads(
    X: np.ndarray, y: np.ndarray, params: Sequence[tuple[np.ndarray, np.ndarray]], activation: str
) -> tuple[float, list[tuple[np.ndarray, np.ndarray]]]:
    """Return (loss, grads) of a multi-layer perceptron on X (N, D) with class ids y (N,).

    `params` is a list of layers (W (d_i, d_{i+1}), b (d_{i+1},)), one or more; the first d is D, the last is C, the
    number of classes. Each layer is linear. *Between* two layers stands the activation function, entry by entry; after
    the last there is none: its outputs are the logits. The loss is `cross_entropy` of the logits with y, a mean over
    the N examples.

        h_0 = X     z_i = h_{i−1} @ W_i + b_i     h_i = activation(z_i)     loss = cross_entropy(z_last, y)

    `activation` is "relu" (with derivative 0 at z = 0), "tanh" or "sigmoid", 1 / (1 + e^−z).

    `grads` is a list like params: for each layer (∂loss/∂W, ∂loss/∂b), in the same order and shapes.

    By hand, for one example (1, 2) of class 1: z = (1, −1), so that relu gives (1, 0), and the logits are
    (4, 4 + ln 3), with probabilities (¼, ¾). Backwards: ∂loss/∂logits = (¼, −¼), of which the second layer's W makes
    (½, −½); the relu lets the first pass and stops the second, where z was negative: (½, 0).

    >>> params = [([[1, 1], [0, -1]], [0, 0]), ([[4, 2], [5, 7]], [0, 2 + np.log(3)])]
    >>> loss, grads = mlp_loss_and_grads([[1, 2]], [1], params, "relu")
    >>> round(loss, 6)
    0.287682
    >>> [(np.round(dW, 6).tolist(), np.round(db, 6).tolist()) for dW, db in grads]
    [([[0.5, 0.0], [1.0, 0.0]], [0.5, 0.0]), ([[0.25, -0.25], [0.0, 0.0]], [0.25, -0.25])]

    Slides: Feedforward neural networks: synonym for MLPs; Basic notions: the gist of back-propagation.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 6 A small autograd ★★★
#
# Now let the computer apply the chain rule, to any formula. Each `Scalar` is a node of a graph: it knows its number,
# and from which nodes it was computed. `backward()` walks the graph from the end to the leaves. PyTorch does the same
# with arrays.
#
# ![The graph of a·b + a with the values above the nodes and the gradients below](figures/graph.svg)


# %%
class Scalar:
    """A number that remembers how it was computed: `.data`, its value, and `.grad`, the derivative of a result by it.

    A Scalar that you make from a number, `Scalar(2.0)`, is a *leaf*; `data` becomes a float, and `grad` starts as 0.0.
    Scalars are combined by + − · / with each other and with plain numbers on *either* side (2 − a, 2 / a as well), by
    `**` with a plain number as the exponent, and by the methods tanh(), relu() (with derivative 0 at 0) and exp().
    Every operation makes a new Scalar and changes no other.

    `z.backward()` computes dz/dv for every node v that z was computed from:

    - z.grad becomes 1.
    - If a node is used several times, its gradients from all its uses are *added*.
    - A node may pass its gradient on only when it has received it from all its uses. So go through the graph in an
      order in which every node comes before those that it was computed from.
    - What the leaves get is *added* to their grad, as in PyTorch: set `leaf.grad = 0.0` yourself before you call
      backward() again, on the same z or on another one. Nodes in between must not carry over anything from an earlier
      backward(): their grad starts from 0 each time.

    Graphs in the tests are at most 200 operations deep, so that backward() may call itself. (Python stops at a depth of
    about 1000; how would you do without?)

    By hand: z = a·b + a, so dz/da = b + 1 = 4, once by way of the product and once directly, and dz/db = a = 2.

    >>> a, b = Scalar(2), Scalar(3)
    >>> z = a * b + a
    >>> z.backward()
    >>> z.data, a.grad, b.grad
    (8.0, 4.0, 2.0)

    Slide: Basic notions: the gist of back-propagation.
    """

    def __init__(self, data: float) -> None:
        """Make a leaf. Prepare it to remember what it was computed from, too: nothing, for a leaf."""
        # YOUR CODE HERE
        raise NotImplementedError

    def __add__(self, other: Scalar | float) -> Scalar:
        """Return self + other."""
        # YOUR CODE HERE
        raise NotImplementedError

    def __radd__(self, other: float) -> Scalar:
        """Return other + self, for a plain number on the left."""
        # YOUR CODE HERE
        raise NotImplementedError

    def __mul__(self, other: Scalar | float) -> Scalar:
        """Return self · other."""
        # YOUR CODE HERE
        raise NotImplementedError

    def __rmul__(self, other: float) -> Scalar:
        """Return other · self, for a plain number on the left."""
        # YOUR CODE HERE
        raise NotImplementedError

    def __sub__(self, other: Scalar | float) -> Scalar:
        """Return self − other."""
        # YOUR CODE HERE
        raise NotImplementedError

    def __rsub__(self, other: float) -> Scalar:
        """Return other − self, for a plain number on the left."""
        # YOUR CODE HERE
        raise NotImplementedError

    def __truediv__(self, other: Scalar | float) -> Scalar:
        """Return self / other."""
        # YOUR CODE HERE
        raise NotImplementedError

    def __rtruediv__(self, other: float) -> Scalar:
        """Return other / self, for a plain number on the left."""
        # YOUR CODE HERE
        raise NotImplementedError

    def __pow__(self, k: float) -> Scalar:
        """Return self to the power of the plain number k."""
        # YOUR CODE HERE
        raise NotImplementedError

    def tanh(self) -> Scalar:
        """Return the hyperbolic tangent."""
        # YOUR CODE HERE
        raise NotImplementedError

    def relu(self) -> Scalar:
        """Return max(self, 0)."""
        # YOUR CODE HERE
        raise NotImplementedError

    def exp(self) -> Scalar:
        """Return e to the power self."""
        # YOUR CODE HERE
        raise NotImplementedError

    def backward(self) -> None:
        """Compute the derivative of this Scalar by every node that it was computed from, as said above."""
        # YOUR CODE HERE
        raise NotImplementedError


# %% [markdown]
# ## 7 Where weights start ★
#
# If all weights start equal, all hidden units learn the same for ever. If they start too small, signals die out on
# their way through the layers; too large, and they blow up. Glorot and Bengio (2010) asked for something in between,
# forwards and backwards: a variance of 2 / (fan_in + fan_out).
#
# ![How the spread of the signals changes over ten layers, for three ways to start](figures/spread.svg)


# %%
def glorot_uniform(
    fan_in: int, fan_out: int, rng: np.random.Generator, shape: tuple[int, ...] | None = None, gain: float = 1.0
) -> np.ndarray:
    """Return random weights, uniform between −limit and limit.

        limit = gain · √( 6 / (fan_in + fan_out) )

    fan_in is the number of inputs of a unit, fan_out the number of units that it feeds. The weights have the given
    `shape`, or (fan_in, fan_out) if there is none; the limit depends on the two fans alone. All are drawn from `rng`,
    independently of each other.

    By hand: for fans 2 and 4 the limit is √(6/6) = 1.

    >>> W = glorot_uniform(2, 4, np.random.default_rng(0))
    >>> W.shape, bool(np.all(np.abs(W) <= 1))
    ((2, 4), True)

    Slide: Further readings on specific architectures, where the paper is named; its formula (16) is on no slide.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %%
def glorot_normal(
    fan_in: int, fan_out: int, rng: np.random.Generator, shape: tuple[int, ...] | None = None, gain: float = 1.0
) -> np.ndarray:
    """Return random weights, normal with mean 0 and standard deviation std.

        std = gain · √( 2 / (fan_in + fan_out) )

    Everything else is as for `glorot_uniform`. The two have the same variance. (That of a uniform distribution between
    −l and l is l²/3.)

    By hand: for fans 3 and 5 the standard deviation is √(2/8) = ½.

    >>> W = glorot_normal(3, 5, np.random.default_rng(0), shape=(100, 200))
    >>> W.shape, round(float(W.std()), 2)
    ((100, 200), 0.5)

    Slide: Further readings on specific architectures, where the paper is named.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 8 Depth, breadth, and what a single hidden layer can do ★★★
#
# First count. Then build, without any training, a network with one hidden layer that follows a function as closely as
# you like: each sigmoid is a step, and enough steps make any staircase.
#
# ![Staircases of 4, 8 and 30 sigmoids along a curve](figures/staircase.svg)


# %%
def count_mlp_parameters(sizes: Sequence[int], bias: bool = True) -> int:
    """Return how many parameters an MLP has whose layers lead from sizes[0] inputs over … to sizes[-1] outputs.

    `sizes` are two or more whole numbers: the inputs, the units of each hidden layer if there is any, the outputs. Each
    unit of a layer has a weight for each unit of the layer before it and, with `bias`, one bias.

    By hand: 2 → 3 takes 2·3 + 3 = 9, and 3 → 1 takes 3·1 + 1 = 4; without biases they are 6 and 3.

    >>> count_mlp_parameters([2, 3, 1]), count_mlp_parameters([2, 3, 1], bias=False)
    (13, 9)

    Slide: Feedforward neural networks: practical considerations, "depth vs. number of parameters".
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %%
def approximate(
    f: Callable[[np.ndarray], np.ndarray], a: float, b: float, n_hidden: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Return (w (n,), c (n,), v (n,), d): a network with n = n_hidden ≥ 1 sigmoids that follows f on [a, b].

        network(x) = Σ_i v_i · σ( w_i x + c_i ) + d          σ(z) = 1 / (1 + e^−z)

    f is continuous; it takes a number, or an array, entry by entry. a < b. If |f(x) − f(x′)| ≤ L · |x − x′| everywhere
    on the interval, then on the whole of it, both ends included, the error must be small:

        |network(x) − f(x)| ≤ 1.5 · L · (b − a) / n          for every x from a to b

    So twice as many units, half the error. You are not told L, and need not know it. There are many such networks; any
    of them will do. One way: cut [a, b] into n pieces. A very steep sigmoid is a step; let unit i be the step in the
    middle of piece i, as high as f rises over it.

    >>> w, c, v, d = approximate(np.sin, 0, 3, n_hidden=30)
    >>> x = np.linspace(0, 3, 1000)
    >>> network = (v / (1 + np.exp(-(np.outer(x, w) + c)))).sum(axis=1) + d
    >>> bool(np.max(np.abs(network - np.sin(x))) <= 1.5 * 3 / 30)
    True

    Slide: Feedforward neural networks: practical considerations. It says "virtually any practical function": meant is
    any *continuous* one, on a closed and bounded interval.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 9 A network that reads digits ★★★
#
# Put it together, and train it: a few lines.


# %%
def train_mlp(  # noqa: PLR0917
    X: np.ndarray,
    y: np.ndarray,
    params: Sequence[tuple[np.ndarray, np.ndarray]],
    activation: str,
    lr: float,
    batches: Sequence[np.ndarray],
) -> tuple[list[tuple[np.ndarray, np.ndarray]], list[float]]:
    """Train a multi-layer perceptron by gradient descent; return (params, losses).

    X (N, D) are examples, y (N,) their classes; `params` and `activation` are as for `mlp_loss_and_grads`.

    `batches` is a list of index arrays, at least one. For each of them, in order, compute the loss and its gradients on
    X[batch], y[batch], and then make *one* step of plain gradient descent in all layers at once:

        W ← W − lr · ∂loss/∂W     b ← b − lr · ∂loss/∂b

    No momentum, no decay, no shuffling: nothing is left to chance, so any two right programs get the same losses.
    Batches may be of different sizes; each loss is a mean over its own batch.

    Returns new params (a list like the one that came in, of float64 arrays) and `losses`, a list of floats: losses[i]
    is the loss of batch i *before* its step. The arrays in the `params` that came in stay as they are.

    By hand: from zeros both classes have probability ½, and the loss is ln 2. With a rate of 1 the step takes the
    logits to ½ + ½ and −½ − ½, and the loss to ln(1 + e^−2) = 0.1269.

    >>> params, losses = train_mlp([[1]], [0], [([[0, 0]], [0, 0])], "relu", lr=1, batches=[[0], [0]])
    >>> [round(loss, 4) for loss in losses]
    [0.6931, 0.1269]

    Slide: Feedforward neural networks: synonym for MLPs.
    """
    # YOUR CODE HERE
    raise NotImplementedError
