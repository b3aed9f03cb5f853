# %% [markdown]
# # Assignment 5: attention
#
# Fill in the functions below, from top to bottom, with NumPy alone. Each docstring says exactly what is wanted and
# ends in an example that you can check by hand; `README.md` beside this file has the pictures and the story.
#
# What holds for every function:
#
# - **Shapes.** The batch comes first: `H (N, T, D)` holds N sequences of T vectors of D numbers. Weights of a layer are
#   `(d_in, d_out)`, so that a layer is `X @ W`.
# - **Masks** are boolean arrays, and **True means keep**: attend to it. (Some libraries have it the other way round.)
#   Where *nothing* is kept, all weights are 0, and so is everything that is computed from them.
# - **Numbers.** Lists, integers and float32 are welcome as input. What comes out is float64 (or float32, if you like,
#   where every array argument is float32), except for masks. Whole numbers must not make the result whole:
#   `np.asarray(x, dtype=float)`.
# - **Purity.** Never write into an argument. Some tests pass arrays that cannot be written to.

# %%
"""Assignment 5: attention, masks, heads, and their gradients."""

import numpy as np

# %% [markdown]
# ## 1 A weighted average ★
#
# The encoder has read a sentence and left a vector for each of its words. The decoder wants *one* vector: what matters
# right now. So it takes an average in which some words count more than others. That is all of attention; the rest is
# the question where the weights come from.
#
# ![Three vectors, their weights, and the context between them](figures/context.svg)


# %%
def context(alpha: np.ndarray, H: np.ndarray) -> np.ndarray:
    """Return the weighted sum of vectors: weights alpha (N, T) and vectors H (N, T, D) give (N, D).

        c[n] = Σ_t alpha[n, t] · H[n, t]

    Usually the weights of a row add up to 1, so that c is an average; but use them just as they are, also if not (a row
    may be all 0).

    By hand: ½ · (2, 0) + ¼ · (0, 4) + ¼ · (4, 4) = (2, 2).

    >>> context([[0.5, 0.25, 0.25]], [[[2, 0], [0, 4], [4, 4]]]).tolist()
    [[2.0, 2.0]]

    Slide: Attention mechanism, "a weighted average of the hidden feature vectors". Its c is the context; the c of an
    LSTM is something else.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 2 From scores to weights ★★
#
# Scores can be any numbers. Weights are positive and add up to 1: a softmax. What is masked must get *nothing*, however
# large its score is. The usual trick of putting −10000 in its place works until somebody's scores are that low; only
# one number is certainly low enough.


# %%
def masked_softmax(scores: np.ndarray, mask: np.ndarray | None = None, axis: int = -1) -> np.ndarray:
    """Return the softmax of `scores` along `axis` over the entries that `mask` keeps; the others get exactly 0.

        w_i = e^{s_i} / Σ_{j kept} e^{s_j}   if i is kept, otherwise 0

    `scores` is an array of any shape with at least one axis, and the result has its shape. `mask` is None (keep all) or
    a boolean array that broadcasts to that shape, True where an entry is kept.

    - Masked entries have no influence at all, whatever stands there: scores of ±10¹² are among the tests, kept and
      masked ones.
    - Nothing overflows, and rows are independent: subtract from each row its own largest *kept* score first.
    - A row (along `axis`) of which nothing is kept becomes all 0: no NaN, and no RuntimeWarning on the way.

    By hand: e^{ln 3} = 3, so the weights are 1/4 and 3/4; with the second masked only the first is left.

    >>> np.round(masked_softmax([0, np.log(3)]), 6).tolist()
    [0.25, 0.75]
    >>> scores = [[0, np.log(3), 5000], [1, 2, 3]]
    >>> mask = np.array([[True, True, False], [False, False, False]])
    >>> np.round(masked_softmax(scores, mask), 6).tolist()
    [[0.25, 0.75, 0.0], [0.0, 0.0, 0.0]]

    Slide: Attention mechanism, "a softmax of relevance scores": over which axis it does not say; for attention it is
    the one of the source positions.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 3 Masks ★
#
# Two things must not be looked at. Sentences of a batch are filled up to the same length: the filling is no word. And
# who is to predict the next word must not see it.
#
# ![A padding mask, a causal mask, and both](figures/masks.svg)


# %%
def padding_mask(lengths: np.ndarray, T: int) -> np.ndarray:
    """Return which of T positions hold a real word: `lengths` (N,) gives a boolean array (N, T).

        mask[n, t] = True   if t < lengths[n], otherwise False

    Lengths are whole numbers from 0 to T; sentences start at position 0, and the filling is at their ends.

    >>> padding_mask([3, 1, 0], 3).tolist()
    [[True, True, True], [True, False, False], [False, False, False]]

    Slide: Transformers. (The encoder needs this mask, and so does a decoder that looks at the encoder.)
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %%
def causal_mask(T: int) -> np.ndarray:
    """Return who may look at whom: a boolean array (T, T), rows are queries and columns are keys.

        mask[i, j] = True   if j ≤ i, otherwise False

    Position i sees itself and what came before, never what comes after.

    >>> causal_mask(3).tolist()
    [[True, False, False], [True, True, False], [True, True, True]]

    Slide: Transformers, "decoder-only possible as well": such a model (GPT) uses this mask everywhere; an encoder
    (BERT) nowhere.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %%
def combine(pad: np.ndarray, causal: np.ndarray) -> np.ndarray:
    """Return the mask that keeps what both keep: pad (N, T) and causal (T, T), boolean, give a boolean (N, 1, T, T).

        mask[n, 0, i, j] = pad[n, j] and causal[i, j]

    It is the *keys* j, the columns, that padding takes away. The queries stay: what comes out at a padded position is
    of no use to anybody, but does no harm either. The axis of length 1 is for the heads: the mask is the same for all.

    By hand: the second position of the example is filling, so nobody may look there, not even itself.

    >>> combine(np.array([[True, False]]), np.array([[True, False], [True, True]])).tolist()
    [[[[True, False], [True, False]]]]

    Slide: Transformers.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 4 Additive attention ★★
#
# The first attention (Bahdanau, Cho and Bengio, 2014): a small network looks at the decoder's state and at one of the
# encoder's vectors, and says how relevant the one is for the other.


# %%
def bahdanau_attention(  # noqa: PLR0917
    s: np.ndarray, H: np.ndarray, Ws: np.ndarray, Wh: np.ndarray, v: np.ndarray, mask: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return (context (N, B), alpha (N, T)): what a decoder in state s sees of the encoder's vectors H.

        e[n, t]    = v · tanh(s[n] @ Ws + H[n, t] @ Wh)
        alpha[n]   = softmax of e[n] over the T positions that `mask` keeps
        context[n] = Σ_t alpha[n, t] · H[n, t]

    s (N, A) are the decoder's states *before* the step for which the context is wanted, one per example; H is
    (N, T, B), Ws (A, K), Wh (B, K) and v (K,). `mask` is None or boolean (N, T), True for positions that count.
    Where nothing is kept, alpha and context are 0.

    By hand: s @ Ws = 0, and H @ Wh gives 0 and z with tanh(z) = ½. So e is (0, ½ · 2 ln 3) = (0, ln 3), alpha is
    (¼, ¾), and the context is ¼ · 0 + ¾ · z.

    >>> z = np.log(3) / 2  # tanh(ln(3) / 2) = (√3 − 1/√3) / (√3 + 1/√3) = 1/2
    >>> c, alpha = bahdanau_attention([[5]], [[[0], [z]]], [[0]], [[1]], [2 * np.log(3)])
    >>> np.round(alpha, 6).tolist(), bool(np.isclose(c[0, 0], 0.75 * z))
    ([[0.25, 0.75]], True)

    Slide: Attention mechanism, "relevance scores produced by a different portion of the model": this is the portion.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 5 Scaled dot-product attention ★★
#
# The transformer's attention has no network in it. Each query asks, each key answers: their dot product is the score.
# What is fetched is the *value* that belongs to the key. The dot product of two vectors of d random numbers has
# standard deviation √d; divided by it, the softmax is not too sharp to learn.
#
# ![Queries, keys and values; scores, weights and output with their shapes](figures/attention.svg)


# %%
def scaled_dot_product_attention(
    Q: np.ndarray, K: np.ndarray, V: np.ndarray, mask: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return (out, weights) for queries Q (…, Tq, dk), keys K (…, Tk, dk) and values V (…, Tk, dv).

        scores  = Q Kᵀ / √dk                              (…, Tq, Tk)
        weights = softmax of scores over the keys, the last axis
        out     = weights V                               (…, Tq, dv)

    The dots are any number of leading axes, also none, the same in Q, K and V; nothing is mixed across them. There may
    be more or fewer queries than keys, and values may be of another size than keys. `mask` is None or boolean and
    broadcasts to (…, Tq, Tk), True where a query may look at a key. A query that may look nowhere gets weights and
    output 0.

    By hand: dk = 4, so the scores of the one query are (2 ln 3)/2 = ln 3 and 0, and the weights ¾ and ¼.

    >>> Q, K, V = [[1, 1, 0, 0]], [[np.log(3), np.log(3), 7, 0], [0, 0, 7, 7]], [[4, 0], [0, 8]]
    >>> out, weights = scaled_dot_product_attention(Q, K, V)
    >>> np.round(weights, 6).tolist(), np.round(out, 6).tolist()
    ([[0.75, 0.25]], [[3.0, 2.0]])
    >>> out, weights = scaled_dot_product_attention(Q, K, V, np.array([[False, True]]))
    >>> weights.tolist(), out.tolist()
    ([[0.0, 1.0]], [[0.0, 8.0]])

    Slide: Transformers; Vaswani et al. (2017), equation 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 6 Back through attention ★★★
#
# Four steps forward: scores, scale, softmax, average. Go back through them one by one. Only the softmax is not a matrix
# product: each of its outputs depends on *all* scores of the row, so that its derivative is a matrix and not just
# $w(1 - w)$. With $w$ for a row of weights and $g$ for the gradient that arrives there,
#
# $$\frac{\partial L}{\partial s_i} = w_i \Bigl( g_i - \sum_j w_j g_j \Bigr)$$


# %%
def sdpa_backward(
    dout: np.ndarray, Q: np.ndarray, K: np.ndarray, V: np.ndarray, mask: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the gradients (dQ, dK, dV) of a loss, given its gradient dout (…, Tq, dv) at the output of attention.

    Q (…, Tq, dk), K (…, Tk, dk), V (…, Tk, dv) and `mask` are what `scaled_dot_product_attention` got; the gradients
    have the shapes of Q, K and V. With w for its weights (…, Tq, Tk):

        dV = wᵀ dout
        dw = dout Vᵀ                                      (…, Tq, Tk)
        ds[i, j] = w[i, j] · ( dw[i, j] − Σ_l w[i, l] dw[i, l] )
        dQ = ds K / √dk       dK = dsᵀ Q / √dk

    Keys and values that no query may look at get 0, and so does a query that may look nowhere. Nothing is averaged: if
    the loss is a mean over the batch, dout knows it already.

    By hand: both scores are 0, so w = (½, ½). dV has ½ · 2 in both rows. dw = 2 · (3, 1) = (6, 2), whose weighted sum
    is 4, so ds = ½ · (6 − 4, 2 − 4) = (1, −1). With dk = 1: dQ = 1 · 1 − 1 · (−1) = 2, and dK = (1 · 0, −1 · 0).

    >>> dQ, dK, dV = sdpa_backward([[2]], [[0]], [[1], [-1]], [[3], [1]])
    >>> dQ.tolist(), (dK + 0.0).tolist(), dV.tolist()
    ([[2.0]], [[0.0], [0.0]], [[1.0], [1.0]])

    Slide: Basic notions: the gist of back-propagation.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 7 Many heads: split and merge ★
#
# One softmax can hardly look at the subject *and* at the verb. So the D columns are divided among h heads, and each of
# them attends for itself. A head is a block of *neighbouring columns*. Nothing is computed here, numbers only change
# their places; and this is where most transformers written for the first time are wrong. A plain `reshape` from
# `(N, T, D)` to `(N, h, T, D/h)` runs without complaint and mixes up positions and heads.
#
# ![Columns of a matrix go to heads, and back](figures/heads.svg)


# %%
def split_heads(X: np.ndarray, n_heads: int) -> np.ndarray:
    """Divide the columns of X (N, T, D) among n_heads heads: return (N, n_heads, T, D / n_heads).

        out[n, j, t, i] = X[n, t, j · D/n_heads + i]

    Head j gets columns j·D/h to (j + 1)·D/h − 1, of every position. D is a multiple of n_heads. (A view of X will do.)

    By hand: two positions, four columns, two heads of two columns each.

    >>> split_heads([[[1, 2, 3, 4], [5, 6, 7, 8]]], 2).tolist()
    [[[[1.0, 2.0], [5.0, 6.0]], [[3.0, 4.0], [7.0, 8.0]]]]

    Slide: Transformers.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %%
def merge_heads(X: np.ndarray) -> np.ndarray:
    """Put heads side by side again: X (N, h, T, d) becomes (N, T, h · d); the inverse of `split_heads`.

        out[n, t, j · d + i] = X[n, j, t, i]

    (A view of X will do.)

    >>> merge_heads([[[[1, 2], [5, 6]], [[3, 4], [7, 8]]]]).tolist()
    [[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]]

    Slide: Transformers.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 8 Multi-head attention ★★★
#
# The layer that transformers are made of. Queries come from one sequence; keys and values come from another one, or
# from the same ("self-attention").


# %%
def multi_head_attention(  # noqa: PLR0917
    Xq: np.ndarray,
    Xkv: np.ndarray,
    Wq: np.ndarray,
    Wk: np.ndarray,
    Wv: np.ndarray,
    Wo: np.ndarray,
    n_heads: int,
    mask: np.ndarray | None = None,
) -> np.ndarray:
    """Let the positions of Xq (N, Tq, D) attend to those of Xkv (N, Tk, D) with n_heads heads; return (N, Tq, D).

        Q = Xq @ Wq      K = Xkv @ Wk      V = Xkv @ Wv         each split into heads of D/n_heads columns
        each head:       scaled dot-product attention, where dk = D/n_heads
        out = the heads' outputs, merged, @ Wo

    All four matrices are (D, D) and multiply from the right; there are no biases. D is a multiple of n_heads. `mask` is
    None or boolean and broadcasts to (N, n_heads, Tq, Tk), True where a query may look at a key: the result of
    `combine` fits. A query that may look nowhere gets 0.

    By hand: with n_heads = 2 each head has one column, and dk = 1. Of the only position a head fetches all there is,
    its own column of V = Xkv @ Wv = (1·1, 2·10) = (1, 20); Wo swaps the columns.

    >>> identity, swap = [[1, 0], [0, 1]], [[0, 1], [1, 0]]
    >>> multi_head_attention([[[3, 4]]], [[[1, 2]]], identity, identity, [[1, 0], [0, 10]], swap, 2).tolist()
    [[[20.0, 1.0]]]

    Slide: Transformers; Vaswani et al. (2017), section 3.2.2.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 9 Where in the sequence? ★
#
# Shuffle the keys together with their values, and attention gives the same: it does not know about order. So the
# position is written into the vectors: as the hands of d/2 clocks, from a fast one to a very slow one.
#
# ![Sines and cosines of falling frequency by position](figures/positions.svg)


# %%
def sinusoidal_positions(T: int, d: int) -> np.ndarray:
    """Return the position vectors of T positions: an array (T, d) of floats.

        P[t, 2i]     = sin(t / 10000^{2i/d})
        P[t, 2i + 1] = cos(t / 10000^{2i/d})

    Positions t start at 0. A sine and the cosine to its right share a frequency. If d is odd, the last column is a
    sine without its cosine.

    By hand, d = 4: the exponents are 0 and 2/4, so the pairs turn by 1 and by 1/100 per position.

    >>> np.round(sinusoidal_positions(2, 4), 4).tolist()
    [[0.0, 1.0, 0.0, 1.0], [0.8415, 0.5403, 0.01, 1.0]]

    Slide: Transformers; Vaswani et al. (2017), section 3.5.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 10 Attention that learns what to look for ★★★
#
# On the table lie six images of handwritten digits, all different. The question is: where is the seven? The query says
# "seven" in a code of its own, the keys are images: to begin with they have nothing in common. Two matrices must be
# learnt which bring both into one space where what belongs together points in the same direction.


# %%
def train_retrieval(  # noqa: PLR0917
    Q: np.ndarray,
    K: np.ndarray,
    y: np.ndarray,
    params: dict[str, np.ndarray],
    lr: float,
    batches: list[np.ndarray],
) -> tuple[dict[str, np.ndarray], list[float]]:
    """Train queries to find their keys by gradient descent; return (params, losses).

    Q (N, 1, D) holds N queries, K (N, T, D) the T keys of each, and y (N,) the position 0 … T − 1 of the right key.
    `params` holds Wq (D, dk) and Wk (D, dk). For a batch of B examples:

        queries Q @ Wq (B, 1, dk) attend to keys K @ Wk (B, T, dk) by scaled dot-product attention (√dk, not √D)
        values are one-hot positions, the unit matrix (T, T) for each example: so the output (B, 1, T) is the weights
        loss: −ln of the weight on position y, a mean over the B examples

    `batches` is a list of index arrays. For each of them, in order, compute the loss on the examples of the batch and
    then make *one* step of plain gradient descent, θ ← θ − lr · ∂loss/∂θ for both parameters at once (both gradients
    are taken before either of them changes). No momentum, no decay, no shuffling: nothing is left to chance, so any two
    right programs get the same losses.

    Returns new params (a dict with the same keys, float64 arrays) and `losses`, a list of floats: losses[i] is the
    loss of batch i *before* its step. The arrays in the `params` that came in stay as they are.

    By hand: with Wq = 0 all scores are 0 and all weights 1/T, so the first loss is ln 2 here. Wk gets no gradient from
    queries that are 0. The gradient at the scores is (½ − 1, ½), so Wq changes by −1 · (−½ · 3 + ½ · 1) = 1, and then
    the scores are 3 and 1, and the loss is ln(1 + e^−2).

    >>> Q, K, params = [[[1]]], [[[3], [1]]], {"Wq": np.array([[0.0]]), "Wk": np.array([[1.0]])}
    >>> params, losses = train_retrieval(Q, K, [0], params, lr=1.0, batches=[[0], [0]])
    >>> [round(loss, 4) for loss in losses]
    [0.6931, 0.1269]

    Slide: Attention mechanism, "can dynamically highlight portions of the sequence relevant for producing desired
    output".
    """
    # YOUR CODE HERE
    raise NotImplementedError
