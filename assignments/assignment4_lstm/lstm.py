# %% [markdown]
# # Assignment 4: recurrent networks and the LSTM
#
# Fill in the functions below, from top to bottom, with NumPy alone. Each docstring says exactly what is wanted and
# ends in an example that you can check by hand; `README.md` beside this file has the pictures and the story.
#
# What holds for every function:
#
# - **Shapes.** Batch first: a sequence is `X (N, T, D)`, N examples of T steps of D numbers; a state is `(N, H)`.
#   Weights are `(d_in, d_out)`, and examples are rows: `x @ W + b`.
# - **Numbers.** Lists, integers and float32 are welcome as input. What comes out is float64 (or float32, if you like,
#   where every array argument is float32). Whole numbers must not stay whole: `np.asarray(x, dtype=float)`.
# - **Purity.** Never write into an argument, never return one. Some tests pass arrays that cannot be written to.
# - **Speed.** A call may take 2 seconds (`train_lstm`: 20). Loop over time; a step does the whole batch at once.

# %%
"""Assignment 4: recurrent networks and the LSTM, forward and backward."""

import numpy as np


def sigmoid(z: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + e^−z) of each entry, without an overflow. Given: use it where you like."""
    return 0.5 + 0.5 * np.tanh(0.5 * z)


# %% [markdown]
# ## 1 A network with a memory ★ ★
#
# A recurrent network reads a sequence step by step. At each step it sees the input *and* what it thought a step
# before. Unfolded in time it is a deep network, one layer per step, in which all layers share the same weights.
#
# ![A recurrent network, and the same unfolded over three steps](figures/unfolding.svg)


# %%
def rnn_step(x: np.ndarray, h: np.ndarray, Wx: np.ndarray, Wh: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the next state (N, H) of a recurrent network that is in state h (N, H) and reads x (N, D).

        h' = tanh(x Wx + h Wh + b)

    Wx is (D, H), Wh (H, H), b (H,). Examples are rows, so the state stands to the *left* of its matrix.

    By hand: x Wx + h Wh + b = 2·(ln 2) + 1·3 − 3 − ln 2 = ln 2, and tanh(ln 2) = (2 − ½)/(2 + ½) = 0.6.

    >>> rnn_step([[2]], [[1]], [[np.log(2)]], [[3]], [-3 - np.log(2)]).round(9).tolist()
    [[0.6]]

    Slide: Recurrent neural networks.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %%
def rnn_forward(X: np.ndarray, h0: np.ndarray, Wx: np.ndarray, Wh: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Read sequences X (N, T, D) from the state h0 (N, H) on; return all T states, (N, T, H).

        h_t = rnn_step(x_t, h_{t−1}, Wx, Wh, b)     for t = 1 … T, where x_t = X[:, t − 1] and h_t goes to [:, t − 1]

    Every step uses the same weights. h0 itself is not among the states that are returned.

    By hand, with all weights 1: the first state is tanh(ln 2) = 0.6, the second tanh(ln 3 − 0.6 + 0.6) = tanh(ln 3) =
    (3 − ⅓)/(3 + ⅓) = 0.8.

    >>> rnn_forward([[[np.log(2)], [np.log(3) - 0.6]]], [[0]], [[1]], [[1]], [0]).round(9).tolist()
    [[[0.6], [0.8]]]

    Slide: Recurrent neural networks, "unfolding of the computational graph into a sequence of steps". The slide adds
    "corresponding to minibatches". The steps are *time*; a minibatch is the axis N.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 2 Back through time ★★★
#
# A state is used twice: by the loss at its own step, and by the next step. So its gradient has *two* terms. Walk from
# the last step to the first and carry the second term along.


# %%
def rnn_backward(  # noqa: PLR0917
    dH: np.ndarray, X: np.ndarray, h0: np.ndarray, Wx: np.ndarray, Wh: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the gradients (dX, dh0, dWx, dWh, db) of a loss, given its gradient dH (N, T, H) at all states.

    X (N, T, D), h0 (N, H), Wx (D, H), Wh (H, H) and b (H,) are what `rnn_forward` got; each gradient has the shape of
    its array. dH[:, t − 1] is what the loss wants of h_t *directly*; what it wants by way of later steps is to be
    added. From t = T down to 1, with nothing to add at T:

        dh_t  = dH_t + da_{t+1} Whᵀ        what comes directly, and what comes from the next step
        da_t  = dh_t · (1 − h_t²)          through tanh
        dx_t  = da_t Wxᵀ
        dWx   = Σ_t x_tᵀ da_t              dWh = Σ_t h_{t−1}ᵀ da_t              db = Σ_t Σ_n da_t
        dh0   = da_1 Whᵀ

    Nothing is averaged: if the loss is a mean over the batch, dH knows it already.

    By hand, the example of `rnn_forward` (states 0.6 and 0.8) with dH = (0.64, 1): da_2 = 1 · (1 − 0.64) = 0.36;
    dh_1 = 0.64 + 0.36 = 1, so da_1 = 1 − 0.36 = 0.64. So dh0 = 0.64, dWh = 0 · 0.64 + 0.6 · 0.36 = 0.216, and db = 1.

    >>> X = [[[np.log(2)], [np.log(3) - 0.6]]]
    >>> dX, dh0, dWx, dWh, db = rnn_backward([[[0.64], [1]]], X, [[0]], [[1]], [[1]], [0])
    >>> dX.round(9).tolist(), dh0.round(9).tolist(), dWh.round(9).tolist(), db.round(9).tolist()
    ([[[0.64], [0.36]]], [[0.64]], [[0.216]], [1.0])

    Slides: Recurrent neural networks; Basic notions: the gist of back-propagation.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 3 Both directions ★★
#
# "He said Teddy bears are …" or "He said Teddy Roosevelt was …": who Teddy is stands *after* him. A second network
# reads from right to left, and each word gets the states of both. In a batch, sentences have different lengths; the
# shorter ones are padded at the end, and the second network must not begin in the padding.
#
# ![A batch of two sentences, and the way of both networks through them](figures/directions.svg)


# %%
def birnn_forward(
    X: np.ndarray,
    lengths: np.ndarray,
    fw: tuple[np.ndarray, np.ndarray, np.ndarray],
    bw: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> np.ndarray:
    """Read X (N, T, D) in both directions; return the states (N, T, 2H): first those of `fw`, then those of `bw`.

    fw = (Wx (D, H), Wh (H, H), b (H,)) belong to the network that reads from the first step to the last, bw likewise
    to the one that reads from the last to the first. Both start from a state of zeros, and both are rnn_step's.

    lengths (N,) are ints from 0 to T: of row n, only the first lengths[n] steps are real. The rest is padding, whatever
    stands there. The second network starts at the last *real* step, t = lengths[n] − 1, and its state after reading
    step t stands at [n, t, H:]. At padded steps the result is 0.

    By hand, one sentence of length 2 in T = 3: bw reads ln 2 first, tanh(ln 2) = 0.6, and then ln 3 − 0.6, which gives
    tanh(ln 3 − 0.6 + 0.6) = 0.8. fw has no memory here (Wh = 0): tanh(ln 3 − 0.6) = 0.461, tanh(ln 2) = 0.6.

    >>> X = [[[np.log(3) - 0.6], [np.log(2)], [99]]]
    >>> birnn_forward(X, [2], ([[1]], [[0]], [0]), ([[1]], [[1]], [0])).round(3).tolist()
    [[[0.461, 0.8], [0.6, 0.6], [0.0, 0.0]]]

    Slide: Bidirectional RNNs.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 4 What becomes of a memory ★ ★★ ★★
#
# Take away input, bias and tanh, and only $h_t = W^\top h_{t-1}$ remains. After $t$ steps everything has been
# multiplied by $W$ $t$ times. What that does, eigenvalues tell.


# %%
def power_recurrence(W: np.ndarray, h0: np.ndarray, t: int) -> np.ndarray:
    """Return h_t = (Wᵗ)ᵀ h_0, a vector (H,), after t ≥ 0 steps of h_t = Wᵀ h_{t−1}.

    W (H, H) is any square matrix and h0 (H,) stands upright, as on the slide: hence the transpose. Wᵗ is the product of
    t matrices, not the entries to the power t. With t = 0 the result is a copy of h0.

    By hand: Wᵀ = [[1, 0], [1, 1]] adds the first number to the second, three times.

    >>> power_recurrence([[1, 1], [0, 1]], [1, 2], 3).tolist()
    [1.0, 5.0]

    Slide: The challenge of long-term dependencies.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %%
def eig_recurrence(W_sym: np.ndarray, h0: np.ndarray, t: int) -> np.ndarray:
    """Return the same h_t (H,) for a *symmetric* W_sym (H, H), by its eigenvalues.

        W = Q Λ Qᵀ     h_t = Q Λᵗ Qᵀ h_0

    The columns of Q are orthonormal eigenvectors, Λ is the diagonal matrix of the eigenvalues (`np.linalg.eigh` gives
    both). So only the eigenvalues are raised to the power t: each direction shrinks or grows by itself. Eigenvalues may
    be negative or 0, and 0⁰ = 1.

    By hand: [[1, 2], [2, 1]] has the eigenvalue 3 along (1, 1) and −1 along (1, −1). (1, 0) is half of each; after two
    steps it is 9 · (½, ½) + 1 · (½, −½) = (5, 4).

    >>> eig_recurrence([[1, 2], [2, 1]], [1, 0], 2).round(9).tolist()
    [5.0, 4.0]

    Slide: The challenge of long-term dependencies. It has Qᵀ Λᵗ Q, which does not go with its own W = Q Λ Qᵀ.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %%
def fate(W: np.ndarray, tol: float = 1e-6) -> str:
    """Return what becomes of h_t = Wᵀ h_{t−1} in the long run: "vanishes", "explodes" or "neither".

    What decides is the spectral radius ρ of W (H, H), the largest *absolute value* of an eigenvalue. W need not be
    symmetric; its eigenvalues may be negative or complex.

        "neither"    if |ρ − 1| ≤ tol
        "vanishes"   if ρ < 1 − tol
        "explodes"   if ρ > 1 + tol

    By hand: −2 is less than 1, and yet 1, −2, 4, −8, … explodes. [[½, 9], [0, ½]] has a large entry, but both
    eigenvalues are ½. [[0, −1], [1, 0]] turns by 90°, its eigenvalues are ±i, and it keeps every length.

    >>> fate([[-2]]), fate([[0.5, 9], [0, 0.5]]), fate([[0, -1], [1, 0]])
    ('explodes', 'vanishes', 'neither')

    Slide: The challenge of long-term dependencies, "depending on whether w < 1 or w > 1". It must be |w|.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 5 Ways to cope ★ ★★ ★
#
# Three remedies that need no gates: units that forget slowly, connections that skip steps, and gradients that are cut
# when they explode.


# %%
def leaky_unit(v: np.ndarray, alpha: float, mu0: float | np.ndarray = 0) -> np.ndarray:
    """Return the running averages μ_1 … μ_T of v_1 … v_T, in the shape of v (T, …).

        μ_t = α μ_{t−1} + (1 − α) v_t

    μ_0 is `mu0`, a number or an array of the shape of one v_t; it is not among the results. α lies in [0, 1]. Close to
    1 the unit remembers long: what went in k steps ago still counts αᵏ. No relation to the leaky *relu*.

    By hand: μ_1 = ¾ · 0 + ¼ · 4 = 1, μ_2 = ¾ · 1 + ¼ · 8 = 2.75.

    >>> leaky_unit([4, 8], 0.75).tolist()
    [1.0, 2.75]

    Slide: Coping with the long-term dependencies, "linear self-connections … weights close to one". It has no formula;
    this is the one of the book (section 10.9.2).
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %%
def skip_rnn_forward(  # noqa: PLR0917
    X: np.ndarray, h0: np.ndarray, Wx: np.ndarray, Wh: np.ndarray, Wskip: np.ndarray, b: np.ndarray, delay: int
) -> np.ndarray:
    """Read X (N, T, D) with a network that also sees its state of `delay` ≥ 1 steps ago; return the states (N, T, H).

        h_t = tanh(x_t Wx + h_{t−1} Wh + h_{t−delay} Wskip + b)     for t = 1 … T

    Wx is (D, H), Wh and Wskip are (H, H). For t = delay the skip comes from h0 (N, H). Before that, t < delay, there
    is nothing to skip from, and the term is left out. `delay` may be larger than T.

    By hand, with delay 2 and Wx = Wskip = 1, Wh = 0: h_1 = tanh(ln 2) = 0.6 without a skip; h_2 = tanh(0 + h_0) with
    h_0 = ln 3, that is 0.8; h_3 = tanh(ln 2 − 0.6 + h_1) = 0.6.

    >>> X = [[[np.log(2)], [0], [np.log(2) - 0.6]]]
    >>> skip_rnn_forward(X, [[np.log(3)]], [[1]], [[0]], [[1]], [0], 2).round(9).tolist()
    [[[0.6], [0.8], [0.6]]]

    Slide: Coping with the long-term dependencies, "skip connections across multiple time steps".
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %%
def clip_global_norm(grads: list[np.ndarray], max_norm: float) -> list[np.ndarray]:
    """Return the gradients, all scaled down by one factor if their common norm is larger than max_norm > 0.

        norm = √(Σ over all arrays, Σ over all entries, of g²)
        g    ← g · max_norm / norm     if norm > max_norm; otherwise g stays

    `grads` is a list of arrays of any shapes. One norm for *all* of them, so that the direction of the step stays as it
    is. Small gradients are not scaled up. The result is a new list of new arrays, also where nothing changes.

    By hand: √(3² + 0² + 4²) = 5, which is twice the 2.5 that is allowed.

    >>> [g.tolist() for g in clip_global_norm([np.array([3, 0]), np.array([[4]])], 2.5)]
    [[1.5, 0.0], [[2.0]]]

    Slide: The challenge of long-term dependencies ("explode"). For what vanishes, no factor helps.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 6 The LSTM cell ★★
#
# A second state, the cell $c$, is only ever multiplied by a gate and added to. Where the forget gate is 1 it passes on
# unchanged, over as many steps as you like, and so does its gradient.
#
# ![The LSTM cell: four gates, one cell](figures/cell.svg)


# %%
def lstm_step(  # noqa: PLR0917
    x: np.ndarray, h: np.ndarray, c: np.ndarray, Wx: np.ndarray, Wh: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return (h', c'), the next state and cell (N, H) of an LSTM in state h and cell c (N, H) that reads x (N, D).

        a = x Wx + h Wh + b                   (N, 4H), cut into four blocks of H columns: a_i, a_f, a_g, a_o
        i = σ(a_i)     f = σ(a_f)             input gate, forget gate
        g = tanh(a_g)  o = σ(a_o)             candidate, output gate
        c' = f · c + i · g
        h' = o · tanh(c')

    Wx is (D, 4H), Wh (H, 4H), b (4H,), all with their columns in the order **i, f, g, o**. The candidate has a tanh.
    There are no peepholes (no gate looks at c), and nothing is added to the bias of the forget gate.

    By hand, with x = 1: i = σ(ln 3) = ¾, f = σ(0) = ½, g = tanh(ln 2) = 0.6, o = σ(−ln 3) = ¼. From c = 2 ln 2 − 0.9:
    c' = ½ c + ¾ · 0.6 = ln 2 = 0.6931, and h' = ¼ · tanh(ln 2) = 0.15.

    >>> Wx, Wh, b = [[np.log(3), 0, np.log(2), -np.log(3)]], np.zeros((1, 4)), np.zeros(4)
    >>> h, c = lstm_step([[1]], [[0]], [[2 * np.log(2) - 0.9]], Wx, Wh, b)
    >>> h.round(9).tolist(), c.round(4).tolist()
    ([[0.15]], [[0.6931]])

    Slide: The long short-term memory (LSTM) gated model schema. It is a picture after the book's figure 10.16, whose
    text uses σ for the candidate; libraries use tanh, as here.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 7 Back through the cell ★★★
#
# Follow the arrows of the picture backwards. The cell $c'$ goes two ways, on to the next step and through tanh into
# $h'$: two terms. Everything else is a product, and the gradient of one factor is the other.


# %%
def lstm_step_backward(  # noqa: PLR0917
    dh: np.ndarray,
    dc: np.ndarray,
    x: np.ndarray,
    h_prev: np.ndarray,
    c_prev: np.ndarray,
    Wx: np.ndarray,
    Wh: np.ndarray,
    b: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the gradients (dx, dh_prev, dc_prev, dWx, dWh, db), given those at both results of `lstm_step`.

    dh (N, H) is the gradient at h', dc (N, H) the one that reaches c' *directly*, from later steps. x (N, D),
    h_prev and c_prev (N, H), Wx (D, 4H), Wh (H, 4H) and b (4H,) are what `lstm_step` got; the gates are to be computed
    anew. With the letters of `lstm_step`:

        dc'   = dc + dh · o · (1 − tanh²(c'))          both ways that c' goes
        di    = dc' · g      df = dc' · c_prev      dg = dc' · i      do = dh · tanh(c')
        dc_prev = dc' · f
        da_i  = di · i (1 − i)     da_f = df · f (1 − f)     da_g = dg · (1 − g²)     da_o = do · o (1 − o)
        dx = da Wxᵀ     dh_prev = da Whᵀ     dWx = xᵀ da     dWh = h_prevᵀ da     db = Σ_n da

    where da (N, 4H) is the four of them side by side, in the order i, f, g, o. Nothing is averaged.

    By hand, the cell of `lstm_step` with dh = 1, dc = 0.84: dc' = 0.84 + 1 · ¼ · (1 − 0.36) = 1. So dc_prev = ½;
    da_i = 0.6 · 3/16 = 0.1125, da_f = c_prev · ¼ = 0.1216, da_g = ¾ · 0.64 = 0.48, da_o = 0.6 · 3/16 = 0.1125.

    >>> Wx, Wh, b = [[np.log(3), 0, np.log(2), -np.log(3)]], np.zeros((1, 4)), np.zeros(4)
    >>> grads = lstm_step_backward([[1]], [[0.84]], [[1]], [[0]], [[2 * np.log(2) - 0.9]], Wx, Wh, b)
    >>> dx, dh_prev, dc_prev, dWx, dWh, db = grads
    >>> dc_prev.round(9).tolist(), db.round(4).tolist()
    ([[0.5]], [0.1125, 0.1216, 0.48, 0.1125])

    Slides: The long short-term memory (LSTM) gated model schema; Basic notions: the gist of back-propagation.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 8 The LSTM over a sequence ★★ ★★★
#
# As with the plain network, but two things are handed from step to step, and two gradients are handed back.


# %%
def lstm_forward(  # noqa: PLR0917
    X: np.ndarray, h0: np.ndarray, c0: np.ndarray, Wx: np.ndarray, Wh: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Read sequences X (N, T, D) from state h0 and cell c0 (N, H) on; return all states (N, T, H) and the last cell.

        h_t, c_t = lstm_step(x_t, h_{t−1}, c_{t−1}, Wx, Wh, b)     for t = 1 … T

    The result is (H, c_T): h_t stands at H[:, t − 1], and c_T (N, H) is the cell after the last step. h0 and c0 are
    not among the results.

    By hand: with weights of 0 and a bias of ln 2 for the candidate, i = f = o = ½ and g = 0.6 at every step. From
    c = 0: c_1 = 0.3, c_2 = 0.45, and h_t = ½ tanh(c_t).

    >>> H, c = lstm_forward(np.ones((1, 2, 1)), [[0]], [[0]], np.zeros((1, 4)), np.zeros((1, 4)), [0, 0, np.log(2), 0])
    >>> H.round(4).tolist(), c.round(9).tolist()
    ([[[0.1457], [0.2109]]], [[0.45]])

    Slide: Gated RNN architectures, "information is not only accumulated, but also forgotten (i.e., set to zero)": it is
    multiplied by f, which lies between 0 and 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %%
def lstm_backward(  # noqa: PLR0917
    dH: np.ndarray,
    dcT: np.ndarray,
    X: np.ndarray,
    h0: np.ndarray,
    c0: np.ndarray,
    Wx: np.ndarray,
    Wh: np.ndarray,
    b: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the gradients (dX, dh0, dc0, dWx, dWh, db), given those at both results of `lstm_forward`.

    dH (N, T, H) is the gradient at all states, directly; dcT (N, H) the one at the cell after the *last* step. X, h0,
    c0, Wx, Wh and b are what `lstm_forward` got. From t = T down to 1, with `lstm_step_backward`:

    - the gradient at h_t is dH_t plus the dh_prev that step t + 1 gave back (nothing at t = T);
    - the gradient at c_t is the dc_prev that step t + 1 gave back (dcT at t = T);
    - dWx, dWh and db add up over the steps; dX collects the dx.

    What the first step gives back are dh0 and dc0. Step t needs h_{t−1} and c_{t−1}: keep them on the way there.

    By hand, the example of `lstm_forward` (i = f = o = ½, g = 0.6, c = 0, 0.3, 0.45) with dH = 0 and dcT = 1: the
    gradient of the cell is halved at each step, so that dc0 = ¼. da_g = dc · i · (1 − g²) is ½ · 0.64 = 0.32 at the
    second step and 0.16 at the first, together 0.48. da_f is 0.3 · ¼ = 0.075 at the second; at the first c is 0.

    >>> zeros, b = np.zeros((1, 4)), [0, 0, np.log(2), 0]
    >>> grads = lstm_backward(np.zeros((1, 2, 1)), [[1]], np.ones((1, 2, 1)), [[0]], [[0]], zeros, zeros, b)
    >>> dX, dh0, dc0, dWx, dWh, db = grads
    >>> dc0.round(9).tolist(), db.round(9).tolist()
    ([[0.25]], [0.225, 0.075, 0.48, 0.0])

    Slide: Gated RNN architectures, "self-loops producing long gradient flow paths".
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 9 From a sequence to a sequence ★★ ★
#
# One LSTM, the encoder, reads a sentence. Its last state and cell are all that it hands over. A second one, the
# decoder, starts from there and writes another sentence, word by word. While it learns, it is told at each step what
# the word before *should* have been: this is called teacher forcing.


# %%
def encoder_decoder_forward(  # noqa: PLR0917
    src: np.ndarray,
    tgt_in: np.ndarray,
    enc: tuple[np.ndarray, np.ndarray, np.ndarray],
    dec: tuple[np.ndarray, np.ndarray, np.ndarray],
    Wout: np.ndarray,
    bout: np.ndarray,
    lengths: np.ndarray | None = None,
) -> np.ndarray:
    """Return the logits (N, Tt, V) of an encoder-decoder that reads src (N, Ts, D) and then tgt_in (N, Tt, E).

    enc = (Wx (D, 4H), Wh (H, 4H), b (4H,)) is the encoder's LSTM. It starts from state and cell 0. dec = (Wx (E, 4H),
    Wh, b) is the decoder's. It starts from the encoder's state *and* cell, and reads tgt_in. Its states become logits:

        logits[n, t] = h_t Wout + bout      with Wout (H, V), bout (V,)

    lengths (N,) are ints from 1 to Ts: of row n only the first lengths[n] steps of src are real, and what is handed
    over are state and cell after *that* many steps. None means that all are real. No softmax.

    By hand: weights of 0, and the encoder's candidate has a bias of ln 2. After one real step its cell is 0.3 and after
    two 0.45 (see `lstm_forward`). The decoder's gates are ½ and its candidate is 0, so that its cell is halved: 0.15
    and 0.225. Its state is ½ tanh(0.15) = 0.0744 or ½ tanh(0.225) = 0.1106, and that times 10 is the logit.

    >>> enc, dec = (np.zeros((1, 4)), np.zeros((1, 4)), [0, 0, np.log(2), 0]), (np.zeros((1, 4)),) * 2 + (np.zeros(4),)
    >>> src, tgt_in = np.ones((2, 2, 1)), np.ones((2, 1, 1))
    >>> encoder_decoder_forward(src, tgt_in, enc, dec, [[10]], [0], lengths=[1, 2]).round(3).tolist()
    [[[0.744]], [[1.106]]]

    Slide: Encoder-decoder models.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %%
def teacher_inputs(tgt: np.ndarray, bos: int) -> np.ndarray:
    """Return what the decoder reads while it learns to write tgt (N, T): the same words, one step later.

    Row n is bos, tgt[n, 0], …, tgt[n, T − 2]; the result is an array of ints, (N, T). `bos` is the word "beginning of
    sentence".
    The last word is left out: when it is written, nothing follows. So at step t the decoder sees the words *before*
    tgt[n, t], never that word itself.

    >>> teacher_inputs([[5, 6, 7], [8, 9, 2]], bos=1).tolist()
    [[1, 5, 6], [1, 8, 9]]

    Slide: Encoder-decoder models.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 10 An LSTM that reads digits ★★★
#
# The 8 rows of an image are a sequence of 8 steps. The LSTM reads them from top to bottom; its last state has to say
# which digit it was. Plain gradient descent would take long, so here is Adam, complete. It keeps running averages of
# each gradient and of its square (leaky units both), and divides the one by the root of the other.


# %%
def softmax_cross_entropy(logits: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the mean cross-entropy of logits (N, V) with class ids y (N,), and its gradient (N, V). Given.

    The gradient is that of the *mean*: it is divided by N already.
    """
    rows = np.arange(len(y))
    shifted = logits - logits.max(axis=1, keepdims=True)  # so that exp cannot overflow
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))  # (N, V)
    dlogits = np.exp(log_p)
    dlogits[rows, y] -= 1
    return -float(log_p[rows, y].mean()), dlogits / len(y)


Arrays = dict[str, np.ndarray]
AdamState = tuple[Arrays, Arrays, int]


def adam_step(params: Arrays, grads: Arrays, state: AdamState | None, lr: float) -> tuple[Arrays, AdamState]:
    """Make one step of Adam (0.9, 0.999, 1e-8, bias-corrected); return new params and the new state. Given.

    `state` is None at the first step, and after that what the step before returned. No argument is written into.
    """
    zeros = {name: np.zeros_like(value) for name, value in params.items()}
    m, v, step = state or (zeros, zeros, 0)
    step += 1
    m = {name: 0.9 * m[name] + 0.1 * grads[name] for name in params}
    v = {name: 0.999 * v[name] + 0.001 * grads[name] ** 2 for name in params}
    moved = {
        name: value - lr * (m[name] / (1 - 0.9**step)) / (np.sqrt(v[name] / (1 - 0.999**step)) + 1e-8)
        for name, value in params.items()
    }
    return moved, (m, v, step)


# %%
def train_lstm(  # noqa: PLR0917
    X: np.ndarray,
    y: np.ndarray,
    params: dict[str, np.ndarray],
    lr: float,
    batches: list[np.ndarray],
    max_norm: float = 5.0,
) -> tuple[dict[str, np.ndarray], list[float]]:
    """Train an LSTM that classifies sequences; return (params, losses).

    X (N, T, D) are sequences (of digits: 8 rows of 8 grey values), y (N,) their classes. `params` holds Wx (D, 4H),
    Wh (H, 4H), b (4H,), Wout (H, V) and bout (V,). For a batch of B sequences:

        lstm_forward with Wx, Wh, b, from state and cell 0     (B, T, H)
        the state after the *last* step                        (B, H)
        logits: h_T @ Wout + bout                              (B, V)
        loss: softmax_cross_entropy, a mean over B

    `batches` is a list of index arrays. For each of them, in order, compute the loss on X[batch], y[batch], take the
    gradients of all five parameters, clip all five together by `clip_global_norm` to max_norm, and make *one* step of
    `adam_step` with them. Every batch starts from state 0 again: batches have nothing to do with each other. (Adam's
    own state goes on.) Nothing is left to chance, so any two right programs get the same losses.

    Returns new params (a dict with the same keys, float64 arrays) and `losses`, a list of floats: losses[i] is the
    loss of batch i *before* its step. The arrays in the `params` that came in stay as they are.

    By hand: if all parameters are 0, every state is 0 and both of two classes are equally likely: the first loss is
    ln 2. Only bout has a gradient, (½, −½). Adam's first step makes ±lr of it, whatever its size: bout = (−½, ½), and
    the second loss is ln(1 + e^−1) = 0.3133.

    >>> shapes = {"Wx": (3, 8), "Wh": (2, 8), "b": (8,), "Wout": (2, 2), "bout": (2,)}
    >>> zeros = {name: np.zeros(shape) for name, shape in shapes.items()}
    >>> params, losses = train_lstm(np.ones((1, 4, 3)), [1], zeros, lr=0.5, batches=[[0], [0]])
    >>> [round(loss, 4) for loss in losses]
    [0.6931, 0.3133]

    Slides: Gated RNN architectures; The long short-term memory (LSTM) gated model schema.
    """
    # YOUR CODE HERE
    raise NotImplementedError
