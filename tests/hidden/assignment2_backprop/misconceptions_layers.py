"""What goes wrong with the chain rule and with linear layers: wrong functions, and a sentence for each.

Each is the right function with one step changed: mostly the oracle with other inputs, or with its results spoilt.
"""

import numpy as np

from grader.diagnose import misconception
from reference import backprop as right


def _floats(a):
    return np.asarray(a, dtype=float)


def _written_into(a, result):
    """The result of a function that works in the array that it was given."""
    if isinstance(a, np.ndarray) and not a.flags.writeable:
        raise ValueError("assignment destination is read-only")
    return result


def _whole(arrays):
    """Whether all of the arrays are of whole numbers."""
    return all(np.asarray(a).dtype.kind in "iu" for a in arrays)


# chain_rule ----------------------------------------------------------------------------------------------------------


def _values(fs, w):
    """The point w, and what each function gives, one after another."""
    values = [_floats(w)]
    for f in fs:
        values.append(_floats(f(values[-1].copy())))
    return values


def _product(factors, w):
    slope = np.ones(np.shape(w))
    for factor in factors:
        slope = slope * factor
    return slope


@misconception("chain_rule", "You take all derivatives at w; each one is taken at the input of its own function.")
def all_at_w(fs, dfs, w):
    return _product([_floats(df(_floats(w))) for df in dfs], w)


@misconception("chain_rule", "You take each derivative at the output of its function; it is taken at the input.")
def at_the_outputs(fs, dfs, w):
    return _product([_floats(df(x)) for df, x in zip(dfs, _values(fs, w)[1:], strict=True)], w)


@misconception(
    "chain_rule", "You take all derivatives at the input of the last function; each has an input of its own."
)
def all_at_the_last_input(fs, dfs, w):
    return _product([_floats(df(_values(fs, w)[-2])) for df in dfs], w)


@misconception("chain_rule", "You take all derivatives at the end result; each is taken at the input of its function.")
def all_at_the_end(fs, dfs, w):
    return _product([_floats(df(_values(fs, w)[-1])) for df in dfs], w)


@misconception("chain_rule", "You add the factors; by the chain rule they are multiplied.")
def factors_added(fs, dfs, w):
    return sum(_floats(df(x)) for df, x in zip(dfs, _values(fs, w)[:-1], strict=True)) + np.zeros(np.shape(w))


@misconception("chain_rule", "You apply the last function of the list first; fs[0] is applied first.")
def last_function_first(fs, dfs, w):
    return right.chain_rule(list(fs)[::-1], list(dfs)[::-1], w)


@misconception(
    "chain_rule", "You go through the derivatives in the opposite order, so that each meets another's input."
)
def derivatives_in_reverse(fs, dfs, w):
    return right.chain_rule(fs, list(dfs)[::-1], w)


@misconception(
    "chain_rule", "You take the derivative of the last function alone; those of all the others are factors too."
)
def last_factor_alone(fs, dfs, w):
    return _floats(dfs[-1](_values(fs, w)[-2]))


@misconception(
    "chain_rule", "You take the derivative of the first function alone; those of all the others are factors too."
)
def first_factor_alone(fs, dfs, w):
    return _floats(dfs[0](_floats(w)))


@misconception("chain_rule", "The first function's derivative, the factor on the far right of the slide, is missing.")
def first_factor_missing(fs, dfs, w):
    factors = [_floats(df(x)) for df, x in zip(dfs, _values(fs, w)[:-1], strict=True)]
    return _product(factors[1:], w)


@misconception("chain_rule", "The last function's derivative is missing.")
def last_factor_missing(fs, dfs, w):
    factors = [_floats(df(x)) for df, x in zip(dfs, _values(fs, w)[:-1], strict=True)]
    return _product(factors[:-1], w)


@misconception(
    "chain_rule", "You chain the derivatives instead of the functions: what goes on to the next is f, not f′."
)
def derivatives_chained(fs, dfs, w):
    return _values(dfs, w)[-1]


@misconception("chain_rule", "You multiply the functions' values; it is their derivatives that are multiplied.")
def values_multiplied(fs, dfs, w):
    return _product(_values(fs, w)[1:], w)


@misconception("chain_rule", "You return the end result z; its derivative by w is asked for.")
def end_result_returned(fs, dfs, w):
    return _values(fs, w)[-1]


@misconception("chain_rule", "You chain only the first two functions; there may be any number of them.")
def only_two_functions(fs, dfs, w):
    return right.chain_rule(list(fs)[:2], list(dfs)[:2], w)


@misconception("chain_rule", "You chain three functions at most; there may be any number of them.")
def only_three_functions(fs, dfs, w):
    return right.chain_rule(list(fs)[:3], list(dfs)[:3], w)


@misconception("chain_rule", "You sum over the entries of an array; each entry has a derivative of its own.")
def entries_added_up(fs, dfs, w):
    return float(np.sum(right.chain_rule(fs, dfs, w)))


@misconception("chain_rule", "Your result takes over the dtype of w: with whole numbers the fractions are cut off.")
def slope_in_input_dtype(fs, dfs, w):
    return right.chain_rule(fs, dfs, w).astype(np.asarray(w).dtype)


@misconception("chain_rule", "You work in the array that comes in; it must stay as it is.")
def point_in_place(fs, dfs, w):
    return _written_into(w, right.chain_rule(fs, dfs, w))


# linear_forward ------------------------------------------------------------------------------------------------------


@misconception("linear_forward", "You leave out the bias.")
def bias_left_out(X, W, b):
    return right.linear_forward(X, W, np.zeros(np.shape(b)))


@misconception("linear_forward", "You subtract the bias; it is added.")
def bias_subtracted(X, W, b):
    return right.linear_forward(X, W, -_floats(b))


@misconception("linear_forward", "You add the bias twice.")
def bias_twice(X, W, b):
    return right.linear_forward(X, W, 2 * _floats(b))


@misconception(
    "linear_forward", "You add the bias to the columns, one number per example; it holds one number per output."
)
def bias_per_example(X, W, b):
    return _floats(X) @ _floats(W) + _floats(b)[:, None]


@misconception(
    "linear_forward",
    "You multiply by W transposed. That is right where W is (out, in), as in PyTorch; here it is (in, out).",
)
def transposed_weights(X, W, b):
    return _floats(X) @ _floats(W).T + _floats(b)


@misconception(
    "linear_forward",
    "You compute Wᵀ X, as on the slide, where an example is a column; here examples are rows: X W.",
)
def examples_as_columns(X, W, b):
    return _floats(W).T @ _floats(X) + _floats(b)


@misconception("linear_forward", "Your result is transposed: one row per example is asked for.")
def outputs_as_rows(X, W, b):
    return right.linear_forward(X, W, b).T.copy()


@misconception("linear_forward", "You multiply entry by entry; a matrix product is asked for.")
def layer_entry_by_entry(X, W, b):
    return _floats(X) * _floats(W) + _floats(b)


@misconception("linear_forward", "You multiply the bias by W as well, (X + b) W; it is added after the product.")
def bias_through_the_weights(X, W, b):
    return (_floats(X) + _floats(b)) @ _floats(W)


@misconception("linear_forward", "You apply an activation function; a linear layer has none.")
def relu_applied(X, W, b):
    return np.maximum(right.linear_forward(X, W, b), 0.0)


@misconception("linear_forward", "You apply a sigmoid; a linear layer has no activation function.")
def sigmoid_applied(X, W, b):
    return 0.5 * (1 + np.tanh(0.5 * right.linear_forward(X, W, b)))


@misconception("linear_forward", "You divide by the number of inputs; the layer is a sum.")
def mean_over_inputs(X, W, b):
    return _floats(X) @ _floats(W) / np.shape(W)[0] + _floats(b)


@misconception("linear_forward", "Arrays of whole numbers give whole numbers; floats are asked for.")
def whole_layer_kept(X, W, b):
    arrays = [np.asarray(a) for a in (X, W, b)]
    return arrays[0] @ arrays[1] + arrays[2] if _whole(arrays) else right.linear_forward(X, W, b)


@misconception("linear_forward", "You work in an array that comes in; all must stay as they are.")
def layer_in_place(X, W, b):
    return _written_into(X, right.linear_forward(X, W, b))


# linear_backward -----------------------------------------------------------------------------------------------------


def _with(dout, X, W, *, dX=None, dW=None, db=None):
    """The right gradients, but for those that are given."""
    spoilt = (dX, dW, db)
    return tuple(
        _floats(other).copy() if other is not None else gradient
        for gradient, other in zip(right.linear_backward(dout, X, W), spoilt, strict=True)
    )


@misconception("linear_backward", "You divide dW and db by N. The loss's 1/N has come with dout already.")
def averaged(dout, X, W):
    dX, dW, db = right.linear_backward(dout, X, W)
    return dX, dW / len(dX), db / len(dX)


@misconception("linear_backward", "You divide all three by N. The loss's 1/N has come with dout already.")
def all_averaged(dout, X, W):
    return tuple(gradient / len(X) for gradient in right.linear_backward(dout, X, W))


@misconception("linear_backward", "You divide dW by N. The loss's 1/N has come with dout already.")
def dW_averaged(dout, X, W):  # noqa: N802 - the letters of the exercise
    return _with(dout, X, W, dW=right.linear_backward(dout, X, W)[1] / len(X))


@misconception("linear_backward", "Your db is a mean over the examples; it is their sum.")
def db_averaged(dout, X, W):
    return _with(dout, X, W, db=_floats(dout).mean(axis=0))


@misconception("linear_backward", "Your db is dout itself; a bias takes part in every example, so sum over them.")
def db_per_example(dout, X, W):
    return _with(dout, X, W, db=dout)


@misconception("linear_backward", "Your db is the first example's alone; sum over all of them.")
def db_of_the_first(dout, X, W):
    return _with(dout, X, W, db=_floats(dout)[0])


@misconception("linear_backward", "Your db is the last example's alone; sum over all of them.")
def db_of_the_last(dout, X, W):
    return _with(dout, X, W, db=_floats(dout)[-1])


@misconception("linear_backward", "Your db sums over the outputs; it sums over the examples, one number per output.")
def db_over_the_outputs(dout, X, W):
    return _with(dout, X, W, db=_floats(dout).sum(axis=1))


@misconception("linear_backward", "Your db is a single number, the sum of everything; there is one per output.")
def db_as_a_number(dout, X, W):
    return _with(dout, X, W, db=_floats(dout).sum())


@misconception("linear_backward", "Your db is (1, M); the bias, and so its gradient, is (M,).")
def db_as_a_row(dout, X, W):
    return _with(dout, X, W, db=_floats(dout).sum(axis=0, keepdims=True))


@misconception(
    "linear_backward", "Your db is 1 everywhere; that is how out changes with b, and is to be met with dout."
)
def db_of_ones(dout, X, W):
    return _with(dout, X, W, db=np.ones(np.shape(W)[1]))


@misconception("linear_backward", "Your dW is transposed, doutᵀ X; it has the shape of W, (D, M).")
def dW_transposed(dout, X, W):  # noqa: N802
    return _with(dout, X, W, dW=_floats(dout).T @ _floats(X))


@misconception("linear_backward", "In dX you multiply by W as it is; going back, it is transposed.")
def weights_not_transposed(dout, X, W):
    return _with(dout, X, W, dX=_floats(dout) @ _floats(W))


@misconception("linear_backward", "In dW you multiply by X as it is; it is transposed, so that examples meet examples.")
def inputs_not_transposed(dout, X, W):
    return _with(dout, X, W, dW=_floats(X) @ _floats(dout))


@misconception("linear_backward", "Your dX ignores dout: how out changes with X is only one of the two factors.")
def dX_without_upstream(dout, X, W):  # noqa: N802
    return _with(dout, X, W, dX=np.ones(np.shape(dout)) @ _floats(W).T)


@misconception("linear_backward", "Your dW ignores dout: how out changes with W is only one of the two factors.")
def dW_without_upstream(dout, X, W):  # noqa: N802
    return _with(dout, X, W, dW=_floats(X).T @ np.ones(np.shape(dout)))


@misconception("linear_backward", "All your gradients ignore dout, as if it were 1 everywhere.")
def upstream_ignored(dout, X, W):
    return right.linear_backward(np.ones(np.shape(dout)), X, W)


@misconception("linear_backward", "You return the gradients in another order; it is dX, dW, db.")
def weights_first(dout, X, W):
    dX, dW, db = right.linear_backward(dout, X, W)
    return dW, db, dX


@misconception("linear_backward", "You return dW before dX; it is dX, dW, db.")
def weights_before_inputs(dout, X, W):
    dX, dW, db = right.linear_backward(dout, X, W)
    return dW, dX, db


@misconception("linear_backward", "You return dW and db alone; dX is asked for too, for the layer below.")
def inputs_forgotten(dout, X, W):
    return right.linear_backward(dout, X, W)[1:]


@misconception("linear_backward", "Your gradients have the opposite sign; the step downhill is taken later.")
def gradients_negated(dout, X, W):
    return tuple(-gradient for gradient in right.linear_backward(dout, X, W))


@misconception("linear_backward", "Your dX is multiplied by X; in out = X W + b, the derivative by X is W alone.")
def inputs_in_their_own_gradient(dout, X, W):
    dX, dW, db = right.linear_backward(dout, X, W)
    return dX * _floats(X), dW, db


@misconception("linear_backward", "Your dX passes a relu's derivative; the layer is linear.")
def relu_on_the_way(dout, X, W):
    dX, dW, db = right.linear_backward(dout, X, W)
    return dX * (_floats(X) > 0), dW, db


@misconception("linear_backward", "Arrays of whole numbers give whole numbers; floats are asked for.")
def whole_gradients_kept(dout, X, W):
    dout, X, W = (np.asarray(a) for a in (dout, X, W))
    return dout @ W.T, X.T @ dout, dout.sum(axis=0)


@misconception("linear_backward", "You work in an array that comes in; all must stay as they are.")
def upstream_in_place(dout, X, W):
    return _written_into(dout, right.linear_backward(dout, X, W))
