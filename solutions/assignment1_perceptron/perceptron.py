# %% [markdown]
# # Assignment 1: perceptron and gradient descent
#
# Fill in the functions below, from top to bottom, with NumPy alone. Each docstring says exactly what is wanted and
# most end in an example that you can check by hand; `README.md` beside this file has the pictures and the story.
#
# What holds for every function:
#
# - **Shapes.** Examples are rows: `X (N, D)` holds N examples of D numbers, `y (N,)` their classes. Weights of a layer
#   are `(d_in, d_out)`, so that a layer is `X @ W + b`. (The slides write $W^\top h + b$, for one example, a column.)
# - **Classes** are 0 and 1, never −1 and 1.
# - **Numbers.** Lists, integers and float32 are welcome as input. What comes out is float64 (or float32, if you like,
#   where every array argument is float32), except for predicted classes and counts, which are whole numbers. Whole
#   numbers that come in must not make the result whole: `np.asarray(x, dtype=float)`.
# - **Purity.** Never write into an argument, and never return one. Some tests pass arrays that cannot be written to.

# %%
"""Assignment 1: perceptron, activation functions and gradient descent."""

from collections.abc import Callable, Sequence

import numpy as np

# %% [markdown]
# ## 1 The perceptron ★
#
# A weighted sum, a threshold, an answer: 1 or 0. It is the oldest artificial neuron that learns.
#
# ![The line where the weighted sum is 0, with the weights as an arrow across it](figures/line.svg)


# %%
def perceptron_predict(X: np.ndarray, w: np.ndarray, b: float = 0.0) -> np.ndarray | int:
    """Return the class of each row of X (N, D) as an int array (N,) of zeros and ones.

        ŷ = 1 if w · x + b > 0, otherwise 0

    w is (D,), b a number. The comparison is strict: *exactly on* the line, where w · x + b = 0, the class is 0.
    X may also be a single row (D,); then the result is a single int.

    By hand: the weighted sums are 2 − 1 = 1, 1 − 1 = 0 and 0 − 3 = −3. With b = 0.5 the second is 0.5.

    >>> perceptron_predict([[2, 1], [1, 1], [0, 3]], [1, -1]).tolist()
    [1, 0, 0]
    >>> int(perceptron_predict([1, 1], [1, -1], b=0.5))
    1

    Slide: Basic notions: perceptron. It has no bias b; without one, x = 0 could never be of class 1.
    """
    ### BEGIN SOLUTION
    scores = np.asarray(X) @ w + b  # (N,) or ()
    return (scores > 0).astype(int)
    ### END SOLUTION


# %% [markdown]
# ## 2 It learns from a mistake ★
#
# Show the perceptron one example. If its answer is right, nothing happens. If not, the weights move *by the example*:
# towards it, if it is a positive one (class 1), away from it, if it is a negative one (class 0).
#
# ![Before the update the example is on the wrong side of the line; the line turns](figures/update.svg)
#
# The slide says: add a positive x if `w·x < 0`. Take that literally, and a positive example *on* the line is
# misclassified (its class comes out as 0) and never corrected; from w = 0 nothing would ever be learnt. And the minus
# of w − x was lost in it. Meant is: learn whenever the answer is wrong.


# %%
def perceptron_update(w: np.ndarray, b: float, x: np.ndarray, y: int) -> tuple[np.ndarray, float]:
    """Look at one example x (D,) of class y, 0 or 1, and return the new (w, b); w is (D,).

        ŷ = perceptron_predict(x, w, b)
        w ← w + x,  b ← b + 1     if y = 1 and ŷ = 0
        w ← w − x,  b ← b − 1     if y = 0 and ŷ = 1
        unchanged                 if y = ŷ

    The bias is the weight of an input that is always 1, and learns like one. The new w is a *new* array, also if
    nothing has changed.

    By hand: 0 · 1 + 0 · 2 + 0 = 0 is not above 0, so a positive example is misclassified, and added. The second
    example then has 1 · 2 + 2 · 1 + 1 = 5 > 0, but is negative: subtract it.

    >>> w, b = perceptron_update([0, 0], 0, [1, 2], 1)
    >>> w.tolist(), float(b)
    ([1.0, 2.0], 1.0)
    >>> w, b = perceptron_update(w, b, [2, 1], 0)
    >>> w.tolist(), float(b)
    ([-1.0, 1.0], 0.0)

    Slide: Basic notions: perceptron.
    """
    ### BEGIN SOLUTION
    error = y - perceptron_predict(x, w, b)  # 1, 0 or -1
    return np.asarray(w, dtype=float) + error * np.asarray(x), b + error
    ### END SOLUTION


# %% [markdown]
# ## 3 Example after example ★★
#
# The slide selects examples at random. Here whoever calls your function has done so already: `order` says which example
# is looked at when. So there is one right result, and it can be checked to the last digit.


# %%
def perceptron_fit(  # noqa: PLR0917
    X: np.ndarray, y: np.ndarray, w0: np.ndarray, b0: float, order: Sequence[int], stop_when_clean: bool = True
) -> tuple[np.ndarray, float, int]:
    """Start from w0 (D,) and b0, look at the examples `order` of X (N, D), y (N,), and return (w, b, n_updates).

    `order` is a sequence of indices of examples. Go through it once, from its beginning to its end. For each index i,
    apply `perceptron_update` to X[i] and y[i] with the weights *as they are by then*. An example may come up several
    times, or never; the order may be empty. `n_updates` counts how often w and b changed: looks at examples that are
    classified right do not count.

    With `stop_when_clean`, stop early once *all* of X is classified right (it is enough to check this after an update).
    That saves time and changes nothing in the result. Do you see why? w0 is not written into.

    By hand, learning "or", whose only negative example is (0, 0). The rule changes w and b at looks 2 (add x), 5
    (subtract), 7 (add) and 9 (subtract); by then all four are classified right.

    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 1]
    >>> w, b, n_updates = perceptron_fit(X, y, [0, 0], 0, order=[0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3])
    >>> w.tolist(), float(b), n_updates
    ([1.0, 1.0], 0.0, 4)

    Slide: Basic notions: perceptron, "in each learning 'epoch', randomly select one training example". What is called
    an epoch there is one look here; usually, and in `train_perceptron` below, an epoch is a pass over all examples.
    """
    ### BEGIN SOLUTION
    w, b, n_updates = np.array(w0, dtype=float), b0, 0  # a copy
    for i in order:
        if perceptron_predict(X[i], w, b) == y[i]:
            continue
        w, b = perceptron_update(w, b, X[i], y[i])
        n_updates += 1
        if stop_when_clean and np.array_equal(perceptron_predict(X, w, b), y):
            break
    return w, b, n_updates
    ### END SOLUTION


# %% [markdown]
# ## 4 Activation functions ★
#
# The perceptron's threshold has a derivative of 0 wherever it has one, and so nothing to tell a gradient. The others
# below do. All six work on each number by itself: `z` may be a single number or an array of any shape, and the result
# has its shape.
#
# ![The six functions and their derivatives](figures/activations.svg)
#
# `np.exp(1000)` overflows: it is `inf`, with a RuntimeWarning. Your functions must give finite numbers for z between
# −1000 and 1000, and `sigmoid`, `tanh` and `softplus` must not cause a warning on the way. (Not only the chosen branch
# of `np.where` is computed, but both.)


# %%
def sigmoid(z: np.ndarray) -> np.ndarray:
    """Return σ(z) = 1 / (1 + e^−z) of each entry, as floats of the shape of z.

    It lies between 0 and 1, and σ(−z) = 1 − σ(z). Nothing overflows up to z = ±1000.

    By hand: e^0 = 1, so σ(0) = 1/2; e^(ln 3) = 3, so σ(ln 3) = 1 / (1 + 1/3) = 3/4.

    >>> np.round(sigmoid([[0, np.log(3)], [-1000, 1000]]), 6).tolist()
    [[0.5, 0.75], [0.0, 1.0]]

    Slide: Basic notions: output units. It has 1 − e^−z below the line, which is no probability: at z = 1 it would give
    1.58, and at z = 0 divide by 0. The plus here is right.
    """
    ### BEGIN SOLUTION
    return 0.5 * (1.0 + np.tanh(0.5 * np.asarray(z, dtype=float)))
    ### END SOLUTION


# %%
def tanh(z: np.ndarray) -> np.ndarray:
    """Return (e^z − e^−z) / (e^z + e^−z) of each entry, as floats of the shape of z.

    It lies between −1 and 1, and equals 2 σ(2z) − 1. Nothing overflows up to z = ±1000. You may use `np.tanh`.

    By hand: at z = ln 2 it is (2 − 1/2) / (2 + 1/2) = 0.6.

    >>> np.round(tanh([0, np.log(2), -1000]), 6).tolist()
    [0.0, 0.6, -1.0]

    Slide: Basic notions: activation functions.
    """
    ### BEGIN SOLUTION
    return np.tanh(np.asarray(z, dtype=float))
    ### END SOLUTION


# %%
def relu(z: np.ndarray) -> np.ndarray:
    """Return max(z, 0) of each entry, as floats of the shape of z.

    >>> relu([[-2, 0], [0.5, 3]]).tolist()
    [[0.0, 0.0], [0.5, 3.0]]

    Slide: Basic notions: activation functions.
    """
    ### BEGIN SOLUTION
    return np.maximum(np.asarray(z, dtype=float), 0.0)
    ### END SOLUTION


# %%
def leaky_relu(z: np.ndarray, slope: float = 0.01) -> np.ndarray:
    """Return z where z > 0 and slope · z elsewhere, as floats of the shape of z.

    `slope` is at least 0 and less than 1.

    >>> leaky_relu([-2, 0, 3]).tolist()
    [-0.02, 0.0, 3.0]
    >>> leaky_relu([-2, 0, 3], slope=0.5).tolist()
    [-1.0, 0.0, 3.0]

    Slide: Basic notions: activation functions. (The "leaky units" of the slides on recurrent networks are something
    else: they leak in time.)
    """
    ### BEGIN SOLUTION
    z = np.asarray(z, dtype=float)
    return np.maximum(z, 0.0) + slope * np.minimum(z, 0.0)
    ### END SOLUTION


# %%
def step(z: np.ndarray) -> np.ndarray:
    """Return 1.0 where z > 0 and 0.0 elsewhere, as floats of the shape of z. At 0 it is 0.

    >>> step([-0.5, 0, 2]).tolist()
    [0.0, 0.0, 1.0]

    Slide: Basic notions: perceptron, whose f this is.
    """
    ### BEGIN SOLUTION
    return (np.asarray(z) > 0).astype(float)
    ### END SOLUTION


# %%
def softplus(z: np.ndarray) -> np.ndarray:
    """Return ln(1 + e^z) of each entry, as floats of the shape of z: a relu with a round corner.

    Nothing overflows up to z = ±1000: softplus(1000) is 1000, not inf.

    By hand: softplus(0) = ln 2, and softplus(ln 3) = ln 4 = 2 ln 2.

    >>> np.round(softplus([0, np.log(3), 1000]), 6).tolist()
    [0.693147, 1.386294, 1000.0]

    Slide: Basic notions: activation functions.
    """
    ### BEGIN SOLUTION
    return np.logaddexp(0.0, np.asarray(z, dtype=float))
    ### END SOLUTION


# %% [markdown]
# ## 5 Their derivatives ★★
#
# Back-propagation multiplies derivatives, each taken at the point where its function was *entered*. Two slips are
# common here: to put in the output a = f(z) where the formula has z, and to forget which of the two a formula is about.
# σ′ = σ(1 − σ) holds with σ = σ(z); if you are given z, then z(1 − z) is something else.


# %%
def activation_grad(kind: str, z: np.ndarray) -> np.ndarray:
    """Return the derivative of an activation function at each entry of z, as floats of the shape of z.

    `kind` is "sigmoid", "tanh", "relu", "leaky_relu" (with slope 0.01), "step" or "softplus". z is what goes *into*
    the function (the pre-activation), not what comes out of it.

    At the kink z = 0 relu has no derivative; take 0, and 0.01 for leaky_relu. step has derivative 0 everywhere (at the
    jump it has none; take 0 there too). Nothing overflows up to z = ±1000.

    By hand: σ(ln 3) = 3/4, so σ′(ln 3) = 3/4 · 1/4 = 0.1875; tanh(ln 2) = 0.6, so tanh′(ln 2) = 1 − 0.36 = 0.64.

    >>> np.round(activation_grad("sigmoid", [0, np.log(3)]), 6).tolist()
    [0.25, 0.1875]
    >>> np.round(activation_grad("tanh", [0, np.log(2)]), 6).tolist()
    [1.0, 0.64]
    >>> activation_grad("leaky_relu", [-2, 0, 3]).tolist()
    [0.01, 0.01, 1.0]

    Slide: Basic notions: the gist of back-propagation, f′(f(w)) f′(w): each factor at its own function's input.
    """
    ### BEGIN SOLUTION
    z = np.asarray(z, dtype=float)
    if kind == "sigmoid":
        return sigmoid(z) * (1.0 - sigmoid(z))
    if kind == "tanh":
        return 1.0 - tanh(z) ** 2
    if kind == "relu":
        return step(z)
    if kind == "leaky_relu":
        return np.where(z > 0, 1.0, 0.01)
    if kind == "step":
        return np.zeros_like(z)
    return sigmoid(z)  # softplus
    ### END SOLUTION


# %% [markdown]
# ## 6 A gradient without any calculus ★★
#
# Nudge one entry of x up and down by a little, see how much f changes, divide. It is slow (two calls of f per entry)
# and so useless for training. But it needs nothing but f, and so it is the judge to whom you can bring every gradient
# that you will derive by hand in this course.


# %%
def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-5) -> np.ndarray:
    """Return the central differences of f at x, as floats of the shape of x.

        g[i] = ( f(x + h · e_i) − f(x − h · e_i) ) / (2h)     for every entry i of x

    where e_i is 1 at entry i and 0 at all others. x is an array of any shape with at least one axis; `f` takes an array
    of that shape and returns a float. Make x a float64 array first: in whole numbers a nudge by h would be cut off,
    and in float32 most of it. x itself stays as it is: nudge a copy.

    By hand, for f(x) = x₀² + 3 x₁ at (2, 5): the derivatives are 2 · 2 = 4 and 3.

    >>> np.round(numerical_gradient(lambda x: x[0] ** 2 + 3 * x[1], [2, 5]), 6).tolist()
    [4.0, 3.0]

    Slide: Basic notions: gradient-based learning, "the vector of all partial derivatives".
    """
    ### BEGIN SOLUTION
    x = np.array(x, dtype=float)  # a copy
    gradient = np.empty_like(x)
    for i in np.ndindex(x.shape):
        kept = x[i]
        x[i] = kept + h
        above = f(x)
        x[i] = kept - h
        below = f(x)
        x[i] = kept
        gradient[i] = (above - below) / (2 * h)
    return gradient
    ### END SOLUTION


# %% [markdown]
# ## 7 Downhill ★
#
# The gradient points to where f grows fastest. Go the other way, a little. Look again.
#
# ![Paths on the parabola for several learning rates](figures/descent.svg)
#
# The minus of $x' = x - \epsilon \nabla f(x)$ is hard to see on the slide, and it matters. Nobody promises the *lowest*
# point, by the way: gradient descent ends where the gradient is 0, which may be a small hollow half-way up.


# %%
def gradient_descent(grad: Callable[[np.ndarray], np.ndarray], x0: np.ndarray, lr: float, steps: int) -> np.ndarray:
    """Make `steps` steps of gradient descent from x0, and return the whole path.

        x_{t+1} = x_t − lr · grad(x_t)

    x0 is a number or an array of any shape; `grad` takes such a thing and returns the gradient there, in the same
    shape. The result is *one* array of shape (steps + 1, *shape of x0): x0 itself is the first row, and the point after
    the last step is the last one. With steps = 0 there is x0 alone.

    By hand, on the slide's ½x², whose gradient is x: with lr = 0.5 each step halves x.

    >>> gradient_descent(lambda x: x, 4, lr=0.5, steps=3).tolist()
    [4.0, 2.0, 1.0, 0.5]

    Slide: Basic notions: gradient-based learning. Its x are what is learnt (usually written w or θ), not the input.
    """
    ### BEGIN SOLUTION
    path = [np.asarray(x0, dtype=float)]
    for _ in range(steps):
        path.append(path[-1] - lr * grad(path[-1]))
    return np.stack(path)
    ### END SOLUTION


# %% [markdown]
# ## 8 Why a network needs bends ★★
#
# Two linear layers, one after the other, are one linear layer. So are a hundred. First you show it, by computing that
# one layer. Then you see what a single bend in between makes possible: XOR, which no single layer can do.
#
# ![XOR in the plane, and after two hidden units](figures/xor.svg)


# %%
def compose_linear(layers: Sequence[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Return the one layer (W, b) that does what all `layers` do, one after another and with nothing in between.

    `layers` is a list of pairs (W (d_i, d_{i+1}), b (d_{i+1},)), at least one; the first is applied first, and each
    maps X to X @ W + b. So for every X

        X @ W + b = (… (X @ W_1 + b_1) @ W_2 + b_2 …) @ W_k + b_k

    W is (d of the first input, d of the last output). What is returned is new, also for one layer.

    By hand: W[0, 0] = 1·1 + 0·2 + 2·3 = 7, W[1, 0] = 0·1 + 1·2 + 1·3 = 5, and b = 1·1 + 0·2 + 0·3 + 5 = 6.

    >>> W, b = compose_linear([([[1, 0, 2], [0, 1, 1]], [1, 0, 0]), ([[1], [2], [3]], [5])])
    >>> W.tolist(), b.tolist()
    ([[7.0], [5.0]], [6.0])

    Slide: Basic notions: why are activation functions essential (the XOR example).
    """
    ### BEGIN SOLUTION
    W, b = (np.array(part, dtype=float) for part in layers[0])
    for W_next, b_next in layers[1:]:
        W, b = W @ W_next, b @ W_next + b_next
    return W, b
    ### END SOLUTION


# %%
def xor_network() -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Return (W (2, 2), c (2,), w (2,), b): weights, found by thinking, of a network with two hidden units for XOR.

    For points X (N, 2) the network computes, with relu(z) = max(z, 0),

        output = relu(X @ W + c) @ w + b     (N,)

    and says class 1 where the output is above 0.5, class 0 elsewhere. It must be right on all four points

        (0, 0) → 0     (0, 1) → 1     (1, 0) → 1     (1, 1) → 0

    and stay so when both coordinates of a point move by up to ±0.1. Many networks do this; any of them will do.

    Slide: Basic notions: why are activation functions essential (the XOR example).
    """
    ### BEGIN SOLUTION
    W = np.ones((2, 2))  # both hidden units add up the inputs ...
    c = np.array([0.0, -1.0])  # ... but the second one starts at 1 only
    w = np.array([1.0, -2.0])  # and takes back, twice over, what is too much
    return W, c, w, 0.0
    ### END SOLUTION


# %% [markdown]
# ## 9 A perceptron with a gradient ★★
#
# Replace the threshold by the sigmoid, and the perceptron says *how sure* it is: a probability. Now there is a loss
# with a gradient everywhere, and gradient descent can do the learning.


# %%
def logistic_loss_and_grad(X: np.ndarray, y: np.ndarray, w: np.ndarray, b: float) -> tuple[float, np.ndarray, float]:
    """Return (loss, dw, db): the cross-entropy of logistic regression on X (N, D), y (N,), and its gradients.

        z_n  = w · x_n + b          p_n = σ(z_n)
        loss = 1/N · Σ_n −( y_n ln p_n + (1 − y_n) ln(1 − p_n) )
        dw   = 1/N · Σ_n (p_n − y_n) x_n          (D,)
        db   = 1/N · Σ_n (p_n − y_n)

    y is 0 or 1, ln the natural logarithm, and everything a *mean* over the examples. loss and db are numbers.

    Numbers must be right up to z = ±1000, and there is a trap: p_n is rounded to 0 or 1 long before that, and the
    logarithm of 0 is not finite. Do not clip p, and add no small number to it: an example that is wrong at z = 1000
    costs 1000, not 27. Put p = 1 / (1 + e^−z) into the loss instead, with pencil and paper, and see what remains:
    −ln p = softplus(−z) and −ln(1 − p) = softplus(z).

    By hand, with w = 0 and b = 0: all p are ½, so the loss is ln 2, and p − y is −½ for the first example and ½ for the
    others. dw = ¼ · (−½ (1, 2) + ½ (3, 0) + ½ (0, 4) + ½ (4, 0)) = (0.75, 0.25), and db = ¼ · (−½ + ½ + ½ + ½) = 0.25.

    >>> loss, dw, db = logistic_loss_and_grad([[1, 2], [3, 0], [0, 4], [4, 0]], [1, 0, 0, 0], [0, 0], 0)
    >>> round(float(loss), 6), dw.tolist(), float(db)
    (0.693147, [0.75, 0.25], 0.25)

    Slides: Basic notions: output units; Basic notions: loss/objective functions.
    """
    ### BEGIN SOLUTION
    X, y, w = (np.asarray(array, dtype=float) for array in (X, y, w))
    z = X @ w + b  # (N,)
    loss = np.mean(softplus(z) - y * z)
    dz = (sigmoid(z) - y) / len(y)  # (N,)
    return float(loss), X.T @ dz, float(dz.sum())
    ### END SOLUTION


# %% [markdown]
# ## 10 Two learners on real data ★★★
#
# First the perceptron: it is to tell a handwritten 3 from an 8, and a 4 from a 9, by 64 grey values. Then logistic
# regression: it is to tell malignant tumours from benign ones by 30 measurements. Both come standardised: mean 0,
# standard deviation 1.


# %%
def train_perceptron(
    X: np.ndarray, y: np.ndarray, orders: Sequence[np.ndarray], w0: np.ndarray, b0: float
) -> tuple[np.ndarray, float, list[int]]:
    """Learn in epochs, by the perceptron's rule, and return (w, b, updates).

    X is (N, D), y (N,). `orders` is a list of orders of the examples, one per epoch and at least one, each an array of
    indices. An epoch is one pass of `perceptron_fit` over its whole order, and goes on from the w and b of the epoch
    before; the first starts from w0 (D,) and b0. updates[e] is the number of updates in epoch e.

    Stop after the first epoch *without* an update; its 0 is the last entry of `updates`. If there is none, stop when
    `orders` ends. w0 is not written into.

    By hand, the example of `perceptron_fit` as epochs of four looks: 1 update, then 2, then 1, then none.

    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 1]
    >>> w, b, updates = train_perceptron(X, y, [[0, 1, 2, 3]] * 6, [0, 0], 0)
    >>> w.tolist(), float(b), updates
    ([1.0, 1.0], 0.0, [1, 2, 1, 0])

    Slide: Basic notions: perceptron, "repeat until (approximate) convergence".
    """
    ### BEGIN SOLUTION
    w, b, updates = w0, b0, []
    for order in orders:
        w, b, n_updates = perceptron_fit(X, y, w, b, order)
        updates.append(n_updates)
        if n_updates == 0:
            break
    return w, b, updates
    ### END SOLUTION


# %%
def train_logistic(  # noqa: PLR0917
    X: np.ndarray, y: np.ndarray, w0: np.ndarray, b0: float, lr: float, steps: int
) -> tuple[np.ndarray, float, list[float]]:
    """Make `steps` ≥ 1 steps of gradient descent on the loss of `logistic_loss_and_grad`; return (w, b, losses).

    X is (N, D), y (N,); *all* examples take part in every step. It starts from w0 (D,) and b0, and in each step
    both change at once, by the gradients at the point before:

        w ← w − lr · dw     b ← b − lr · db

    `losses` is a list of floats: losses[i] is the loss *before* step i, so that there are `steps` of them. w0 is not
    written into.

    By hand: at w = b = 0 the loss is ln 2 and dw = ½ · (−½ · 1 + ½ · (−1)) = −½, db = 0. After a step of rate 1, w is
    ½, and both examples cost ln(1 + e^−0.5) = 0.4741.

    >>> w, b, losses = train_logistic([[1], [-1]], [1, 0], [0], 0, lr=1, steps=2)
    >>> [round(loss, 4) for loss in losses]
    [0.6931, 0.4741]

    Slides: Basic notions: output units; Basic notions: gradient-based learning.
    """
    ### BEGIN SOLUTION
    w, b, losses = w0, b0, []
    for _ in range(steps):
        loss, dw, db = logistic_loss_and_grad(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
        losses.append(loss)
    return w, b, losses
    ### END SOLUTION
