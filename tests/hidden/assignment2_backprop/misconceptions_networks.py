# ruff: noqa: PLR0917 - the exercises take as many arguments as they need
"""What goes wrong with multi-layer perceptrons: wrong functions, and a sentence for each.

`_backprop` is back-propagation with its parts to be exchanged; the other wrong functions are the oracle with other
inputs, or with its results spoilt.
"""

import numpy as np

from grader.diagnose import misconception
from reference import backprop as right


def _floats(a):
    return np.asarray(a, dtype=float)


def _sigmoid(z):
    return 0.5 * (1 + np.tanh(0.5 * z))


_BENDS = {"relu": lambda z: np.maximum(z, 0.0), "tanh": np.tanh, "sigmoid": _sigmoid}
_SLOPES = {
    "relu": lambda z: (z > 0).astype(float),
    "tanh": lambda z: 1 - np.tanh(z) ** 2,
    "sigmoid": lambda z: _sigmoid(z) * _sigmoid(-z),
}


def _as_layers(params):
    return [(_floats(W), _floats(b)) for W, b in params]


def _frozen(value):
    return isinstance(value, np.ndarray) and not value.flags.writeable


def _read_only(params):
    return any(_frozen(part) for layer in params for part in layer)


# mlp_loss_and_grads --------------------------------------------------------------------------------------------------


def _slope_at_z(kind, k, z, h):
    return _SLOPES[kind](z[k])


def _back(dz, k, layers):
    return dz @ layers[k][0].T


def _backprop(X, y, params, kind, *, bends=_BENDS, slope=_slope_at_z, back=_back, start=None):
    """Back-propagation; slope(kind, k, z, h) is the derivative behind layer k, back(dz, k, layers) leads through it."""
    layers, z, h = _as_layers(params), [], [_floats(X)]
    for W, b in layers:
        z.append(h[-1] @ W + b)
        h.append(bends[kind](z[-1]))
    loss, dz = right.cross_entropy(z[-1], y)
    if start is not None:
        dz = start(dz)
    grads = []
    for k in reversed(range(len(layers))):
        grads.insert(0, (h[k].T @ dz, dz.sum(axis=0)))
        if k:
            dz = back(dz, k, layers) * slope(kind, k - 1, z, h[1:])
    return loss, grads


def _each(result, change):
    """The loss, and every gradient changed by change(gradient, layer, layers)."""
    loss, grads = result
    n = len(grads)
    return loss, [(change(dW, k, n), change(db, k, n)) for k, (dW, db) in enumerate(grads)]


@misconception(
    "mlp_loss_and_grads",
    "You apply the activation function after the last layer too; its outputs are the logits, and stay as they are.",
)
def activation_after_the_last(X, y, params, activation):
    layers, z, h = _as_layers(params), [], [_floats(X)]
    for W, b in layers:
        z.append(h[-1] @ W + b)
        h.append(_BENDS[activation](z[-1]))
    loss, dh = right.cross_entropy(h[-1], y)
    grads = []
    for k in reversed(range(len(layers))):
        dz = dh * _SLOPES[activation](z[k])
        grads.insert(0, (h[k].T @ dz, dz.sum(axis=0)))
        dh = dz @ layers[k][0].T
    return loss, grads


@misconception(
    "mlp_loss_and_grads",
    "Going forwards, you apply the activation function after the last layer too; backwards you leave it out there.",
)
def activation_after_the_last_forwards(X, y, params, activation):
    outputs = _BENDS[activation](right.mlp_pre_activations(X, params, activation)[-1])
    loss, dz = right.cross_entropy(outputs, y)
    return loss, _backprop(X, y, params, activation, start=lambda _: dz)[1]


@misconception(
    "mlp_loss_and_grads", "There is no activation function between your layers; so they are one linear layer."
)
def no_activation(X, y, params, activation):
    linear = dict.fromkeys(_BENDS, lambda z: z)
    return _backprop(X, y, params, activation, bends=linear, slope=lambda *_: 1.0)


@misconception(
    "mlp_loss_and_grads", "Going back, you forget the derivative of the activation function: dh is not dz yet."
)
def slope_forgotten(X, y, params, activation):
    return _backprop(X, y, params, activation, slope=lambda *_: 1.0)


@misconception(
    "mlp_loss_and_grads",
    "You put the output h into a derivative that is written for the input z: σ′(z) = σ(z)(1 − σ(z)), h = σ(z) already.",
)
def slope_at_the_output(X, y, params, activation):
    return _backprop(X, y, params, activation, slope=lambda kind, k, z, h: _SLOPES[kind](h[k]))


@misconception(
    "mlp_loss_and_grads",
    "You put the input z into a derivative that is written for the output h, as h(1 − h) and 1 − h² are.",
)
def output_formulas_fed_the_input(X, y, params, activation):
    by_output = {"relu": lambda h: (h > 0) * 1.0, "tanh": lambda h: 1 - h**2, "sigmoid": lambda h: h * (1 - h)}
    return _backprop(X, y, params, activation, slope=lambda kind, k, z, h: by_output[kind](z[k]))


@misconception("mlp_loss_and_grads", "You multiply by the activation's value, not by its derivative.")
def value_for_slope(X, y, params, activation):
    return _backprop(X, y, params, activation, slope=lambda kind, k, z, h: h[k])


@misconception("mlp_loss_and_grads", "At a pre-activation of exactly 0 your relu has the derivative 1; take 0 there.")
def relu_slope_of_one_at_zero(X, y, params, activation):
    def slope(kind, k, z, h):
        return (z[k] >= 0) * 1.0 if kind == "relu" else _SLOPES[kind](z[k])

    return _backprop(X, y, params, activation, slope=slope)


@misconception("mlp_loss_and_grads", "At a pre-activation of exactly 0 your relu has the derivative ½; take 0 there.")
def relu_slope_of_a_half_at_zero(X, y, params, activation):
    def slope(kind, k, z, h):
        return np.heaviside(z[k], 0.5) if kind == "relu" else _SLOPES[kind](z[k])

    return _backprop(X, y, params, activation, slope=slope)


@misconception("mlp_loss_and_grads", "Your activation function is relu, whichever is named.")
def always_relu(X, y, params, activation):
    return right.mlp_loss_and_grads(X, y, params, "relu")


@misconception("mlp_loss_and_grads", "Your activation function is tanh, whichever is named.")
def always_tanh(X, y, params, activation):
    return right.mlp_loss_and_grads(X, y, params, "tanh")


@misconception("mlp_loss_and_grads", "Your activation function is the sigmoid, whichever is named.")
def always_sigmoid(X, y, params, activation):
    return right.mlp_loss_and_grads(X, y, params, "sigmoid")


@misconception("mlp_loss_and_grads", "Backwards you use the derivative of relu, whichever activation is named.")
def always_slope_of_relu(X, y, params, activation):
    return _backprop(X, y, params, activation, slope=lambda kind, k, z, h: _SLOPES["relu"](z[k]))


@misconception("mlp_loss_and_grads", "You compute 1 − h, not 1 − h², for the derivative of tanh.")
def square_forgotten(X, y, params, activation):
    def slope(kind, k, z, h):
        return 1 - h[k] if kind == "tanh" else _SLOPES[kind](z[k])

    return _backprop(X, y, params, activation, slope=slope)


@misconception(
    "mlp_loss_and_grads", "Going back through a layer you multiply by W as it is; it is transposed on the way back."
)
def weights_as_they_are(X, y, params, activation):
    return _backprop(X, y, params, activation, back=lambda dz, k, layers: dz @ layers[k][0])


@misconception(
    "mlp_loss_and_grads",
    "Going back you change a layer's W before you have passed through it: the gradients are those of one point.",
)
def weights_changed_on_the_way(X, y, params, activation):
    layers, z = _as_layers(params), right.mlp_pre_activations(X, params, activation)
    h = [_floats(X), *(_BENDS[activation](before) for before in z[:-1])]
    loss, dz = right.cross_entropy(z[-1], y)
    grads = []
    for k in reversed(range(len(layers))):
        dW = h[k].T @ dz
        grads.insert(0, (dW, dz.sum(axis=0)))
        if k:
            dz = (dz @ (layers[k][0] - dW).T) * _SLOPES[activation](z[k - 1])
    return loss, grads


@misconception("mlp_loss_and_grads", "The biases are missing on the way forwards.")
def biases_left_out(X, y, params, activation):
    return right.mlp_loss_and_grads(X, y, [(W, np.zeros(np.shape(b))) for W, b in params], activation)


@misconception(
    "mlp_loss_and_grads", "You return the gradients from the last layer to the first; the order is that of params."
)
def gradients_from_the_last(X, y, params, activation):
    loss, grads = right.mlp_loss_and_grads(X, y, params, activation)
    return loss, grads[::-1]


@misconception("mlp_loss_and_grads", "You return (db, dW) for each layer; it is (dW, db), as W and b are in params.")
def biases_first(X, y, params, activation):
    loss, grads = right.mlp_loss_and_grads(X, y, params, activation)
    return loss, [(db, dW) for dW, db in grads]


@misconception(
    "mlp_loss_and_grads", "You return the gradients in one flat list; there is a pair (dW, db) for each layer."
)
def gradients_in_a_flat_list(X, y, params, activation):
    loss, grads = right.mlp_loss_and_grads(X, y, params, activation)
    return loss, [part for layer in grads for part in layer]


@misconception("mlp_loss_and_grads", "You return gradients alone; the loss comes first.")
def loss_not_returned(X, y, params, activation):
    return right.mlp_loss_and_grads(X, y, params, activation)[1]


@misconception("mlp_loss_and_grads", "You divide every layer's gradients by N. The loss's 1/N is in dlogits already.")
def averaged_once_more(X, y, params, activation):
    return _each(right.mlp_loss_and_grads(X, y, params, activation), lambda g, *_: g / len(X))


@misconception(
    "mlp_loss_and_grads", "The 1/N of the loss is missing in all gradients: a mean has the gradient of a mean."
)
def gradients_of_the_sum(X, y, params, activation):
    return _each(right.mlp_loss_and_grads(X, y, params, activation), lambda g, *_: g * len(X))


@misconception("mlp_loss_and_grads", "The 1/N is in the last layer's gradients only; the layers before it lack it.")
def mean_in_the_last_layer_only(X, y, params, activation):
    result = right.mlp_loss_and_grads(X, y, params, activation)
    return _each(result, lambda g, k, n: g if k == n - 1 else g * len(X))


@misconception("mlp_loss_and_grads", "In each layer you divide by N again, so that layers below get it several times.")
def averaged_in_every_layer(X, y, params, activation):
    result = right.mlp_loss_and_grads(X, y, params, activation)
    return _each(result, lambda g, k, n: g / len(X) ** (n - 1 - k))


@misconception("mlp_loss_and_grads", "Loss and gradients are sums over the examples; means are asked for.")
def everything_summed(X, y, params, activation):
    loss, grads = _each(right.mlp_loss_and_grads(X, y, params, activation), lambda g, *_: g * len(X))
    return loss * len(X), grads


@misconception("mlp_loss_and_grads", "Your gradients have the opposite sign: at the logits it is p − t, not t − p.")
def gradients_uphill(X, y, params, activation):
    return _each(right.mlp_loss_and_grads(X, y, params, activation), lambda g, *_: -g)


@misconception(
    "mlp_loss_and_grads", "Your db is a mean over the examples; it is their sum (the 1/N is in dlogits already)."
)
def mlp_db_averaged(X, y, params, activation):
    loss, grads = right.mlp_loss_and_grads(X, y, params, activation)
    return loss, [(dW, db / len(X)) for dW, db in grads]


@misconception("mlp_loss_and_grads", "Your db has a row per example; sum over the examples.")
def mlp_db_as_rows(X, y, params, activation):
    loss, grads = right.mlp_loss_and_grads(X, y, params, activation)
    return loss, [(dW, db[None, :]) for dW, db in grads]


@misconception("mlp_loss_and_grads", "Only the last layer gets gradients from you; the loss depends on all of them.")
def only_the_last_layer(X, y, params, activation):
    return _each(right.mlp_loss_and_grads(X, y, params, activation), lambda g, k, n: g if k == n - 1 else 0 * g)


@misconception("mlp_loss_and_grads", "You multiply by p(1 − p) at the logits. That is in p − t already.")
def softmax_slope_once_more(X, y, params, activation):
    p = right.softmax(right.mlp_pre_activations(X, params, activation)[-1])
    return _backprop(X, y, params, activation, start=lambda dz: dz * p * (1 - p))


@misconception("mlp_loss_and_grads", "You apply a softmax to the logits before the cross-entropy, which takes logits.")
def probabilities_into_the_loss(X, y, params, activation):
    z = right.mlp_pre_activations(X, params, activation)[-1]
    loss, dz = right.cross_entropy(right.softmax(z), y)
    return loss, _backprop(X, y, params, activation, start=lambda _: dz)[1]


@misconception("mlp_loss_and_grads", "The activation function acts on X too, before the first layer.")
def activation_before_the_first(X, y, params, activation):
    return right.mlp_loss_and_grads(_BENDS[activation](_floats(X)), y, params, activation)


@misconception(
    "mlp_loss_and_grads", "Your gradients of W use the pre-activations z of the layer below; use h = activation(z)."
)
def pre_activations_as_inputs(X, y, params, activation):
    loss, grads = right.mlp_loss_and_grads(X, y, params, activation)
    z = right.mlp_pre_activations(X, params, activation)
    h = [_floats(X), *(_BENDS[activation](before) for before in z[:-1])]
    layers, (_, dz) = _as_layers(params), right.cross_entropy(z[-1], y)
    wrong = []
    for k in reversed(range(len(layers))):
        wrong.insert(0, ((z[k - 1] if k else h[0]).T @ dz, grads[k][1]))
        if k:
            dz = (dz @ layers[k][0].T) * _SLOPES[activation](z[k - 1])
    return loss, wrong


@misconception("mlp_loss_and_grads", "You add a penalty for large weights; the loss is the cross-entropy alone.")
def weight_decay(X, y, params, activation):
    loss, grads = right.mlp_loss_and_grads(X, y, params, activation)
    return loss, [(dW + _floats(W), db) for (dW, db), (W, _) in zip(grads, params, strict=True)]


@misconception("mlp_loss_and_grads", "Your gradients are limited to −1 … 1; they are asked for as they are.")
def gradients_clipped(X, y, params, activation):
    return _each(right.mlp_loss_and_grads(X, y, params, activation), lambda g, *_: np.clip(g, -1, 1))


@misconception("mlp_loss_and_grads", "You change the parameters that come in; here only their gradients are asked for.")
def parameters_changed(X, y, params, activation):
    if _read_only(params):
        raise ValueError("assignment destination is read-only")
    return right.mlp_loss_and_grads(X, y, params, activation)


# train_mlp -----------------------------------------------------------------------------------------------------------


def _train(X, y, params, activation, batches, move):
    """Training whose next parameters are move(W or b, its gradient, step, layer, is it a bias)."""
    X, y, theta, losses = _floats(X), np.asarray(y), _as_layers(params), []
    for step, batch in enumerate(batches):
        loss, grads = right.mlp_loss_and_grads(X[np.asarray(batch)], y[np.asarray(batch)], theta, activation)
        theta = [
            tuple(move(part, g, step, k, j) for j, (part, g) in enumerate(zip(*layer, strict=True)))
            for k, layer in enumerate(zip(theta, grads, strict=True))
        ]
        losses.append(loss)
    return theta, losses


@misconception("train_mlp", "You go uphill: the gradients are subtracted.")
def training_uphill(X, y, params, activation, lr, batches):
    return right.train_mlp(X, y, params, activation, -lr, batches)


@misconception("train_mlp", "You subtract the whole gradients; the learning rate says how much of them.")
def rate_ignored(X, y, params, activation, lr, batches):
    return right.train_mlp(X, y, params, activation, 1.0, batches)


@misconception("train_mlp", "You use all of X and y in every step; each step uses its batch alone.")
def whole_data_in_every_step(X, y, params, activation, lr, batches):
    return right.train_mlp(X, y, params, activation, lr, [np.arange(len(X))] * len(batches))


@misconception("train_mlp", "You use the first batch in every step; each step has a batch of its own.")
def first_batch_always(X, y, params, activation, lr, batches):
    return right.train_mlp(X, y, params, activation, lr, [batches[0]] * len(batches))


@misconception("train_mlp", "You take the examples in the order of X, so many at a time; the batches say which.")
def examples_in_their_own_order(X, y, params, activation, lr, batches):
    ends = np.cumsum([len(batch) for batch in batches])
    in_order = [np.arange(end - len(batch), end) % len(X) for end, batch in zip(ends, batches, strict=True)]
    return right.train_mlp(X, y, params, activation, lr, in_order)


@misconception(
    "train_mlp", "You pick the batch's rows from X, but take y from its beginning: examples and classes do not match."
)
def classes_not_picked(X, y, params, activation, lr, batches):
    X, y, theta, losses = _floats(X), np.asarray(y), _as_layers(params), []
    for batch in batches:
        rows = X[np.asarray(batch)]
        loss, grads = right.mlp_loss_and_grads(rows, np.resize(y, len(rows)), theta, activation)
        theta = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(theta, grads, strict=True)]
        losses.append(loss)
    return theta, losses


@misconception("train_mlp", "Your losses are those after each step; losses[i] is the loss before step i.")
def losses_after_the_steps(X, y, params, activation, lr, batches):
    X, y, theta, losses = _floats(X), np.asarray(y), params, []
    for batch in batches:
        theta, _ = right.train_mlp(X, y, theta, activation, lr, [batch])
        losses.append(right.mlp_loss_and_grads(X[np.asarray(batch)], y[np.asarray(batch)], theta, activation)[0])
    return theta, losses


@misconception("train_mlp", "Your losses are sums over the batch; means are asked for.")
def losses_summed(X, y, params, activation, lr, batches):
    theta, losses = right.train_mlp(X, y, params, activation, lr, batches)
    return theta, [loss * len(batch) for loss, batch in zip(losses, batches, strict=True)]


@misconception("train_mlp", "Your losses are those of all of X; losses[i] is that of batch i.")
def losses_of_everything(X, y, params, activation, lr, batches):
    theta, losses = params, []
    for batch in batches:
        losses.append(right.mlp_loss_and_grads(X, y, theta, activation)[0])
        theta, _ = right.train_mlp(X, y, theta, activation, lr, [batch])
    return theta, losses


@misconception("train_mlp", "You return the last loss alone; one per batch is asked for.")
def last_loss_alone(X, y, params, activation, lr, batches):
    theta, losses = right.train_mlp(X, y, params, activation, lr, batches)
    return theta, losses[-1]


@misconception("train_mlp", "You return the mean of the losses; one per batch is asked for.")
def mean_of_the_losses(X, y, params, activation, lr, batches):
    theta, losses = right.train_mlp(X, y, params, activation, lr, batches)
    return theta, float(np.mean(losses))


@misconception("train_mlp", "You return one loss too many: there is one per batch, each before its step.")
def one_loss_too_many(X, y, params, activation, lr, batches):
    theta, losses = right.train_mlp(X, y, params, activation, lr, batches)
    some = np.asarray(batches[-1])
    return theta, [*losses, right.mlp_loss_and_grads(_floats(X)[some], np.asarray(y)[some], theta, activation)[0]]


@misconception("train_mlp", "Your steps are as many times too large as the batch has examples: gradients are means.")
def steps_on_sums(X, y, params, activation, lr, batches):
    return _train(X, y, params, activation, batches, lambda p, g, i, *_: p - lr * len(batches[i]) * g)


@misconception("train_mlp", "You divide the gradients by the size of the batch again; they are means already.")
def steps_averaged_twice(X, y, params, activation, lr, batches):
    return _train(X, y, params, activation, batches, lambda p, g, i, *_: p - lr / len(batches[i]) * g)


@misconception("train_mlp", "You divide by the size of the whole data set, not of the batch.")
def divided_by_all_examples(X, y, params, activation, lr, batches):
    return _train(X, y, params, activation, batches, lambda p, g, i, *_: p - lr * len(batches[i]) / len(X) * g)


@misconception("train_mlp", "Your biases never change; they are learnt like the weights.")
def biases_not_learnt(X, y, params, activation, lr, batches):
    return _train(X, y, params, activation, batches, lambda p, g, _, __, bias: p if bias else p - lr * g)


@misconception("train_mlp", "Your weights never change; only the biases are learnt.")
def weights_not_learnt(X, y, params, activation, lr, batches):
    return _train(X, y, params, activation, batches, lambda p, g, _, __, bias: p - lr * g if bias else p)


@misconception("train_mlp", "Only your last layer is trained; all of them learn.")
def last_layer_trained_alone(X, y, params, activation, lr, batches):
    last = len(params) - 1
    return _train(X, y, params, activation, batches, lambda p, g, _, k, __: p - lr * g if k == last else p)


@misconception("train_mlp", "Your gradients add up from step to step: they start afresh with every batch.")
def gradients_not_zeroed(X, y, params, activation, lr, batches):
    sums = {}

    def move(part, gradient, step, layer, bias):
        sums[layer, bias] = sums.get((layer, bias), 0.0) + gradient
        return part - lr * sums[layer, bias]

    return _train(X, y, params, activation, batches, move)


@misconception("train_mlp", "Your steps have momentum; plain gradient descent is asked for.")
def momentum(X, y, params, activation, lr, batches):
    speed = {}

    def move(part, gradient, step, layer, bias):
        speed[layer, bias] = 0.9 * speed.get((layer, bias), 0.0) + gradient
        return part - lr * speed[layer, bias]

    return _train(X, y, params, activation, batches, move)


@misconception("train_mlp", "Your learning rate falls from step to step; it stays as given.")
def rate_falls(X, y, params, activation, lr, batches):
    return _train(X, y, params, activation, batches, lambda p, g, i, *_: p - lr / (i + 1) * g)


@misconception(
    "train_mlp", "You leave out batches that are shorter than the first; a short one is a batch like the others."
)
def short_batches_dropped(X, y, params, activation, lr, batches):
    return right.train_mlp(X, y, params, activation, lr, [batch for batch in batches if len(batch) >= len(batches[0])])


@misconception("train_mlp", "You leave out the last batch.")
def last_batch_left_out(X, y, params, activation, lr, batches):
    return right.train_mlp(X, y, params, activation, lr, batches[:-1])


@misconception(
    "train_mlp", "Every step of yours starts from the initial parameters; it starts where the last one ended."
)
def always_from_the_start(X, y, params, activation, lr, batches):
    runs = [right.train_mlp(X, y, params, activation, lr, [batch]) for batch in batches]
    return runs[-1][0], [losses[0] for _, losses in runs]


@misconception("train_mlp", "You start from zeros; the parameters to start from are given.")
def from_zeros(X, y, params, activation, lr, batches):
    zeros = [(np.zeros(np.shape(W)), np.zeros(np.shape(b))) for W, b in params]
    return right.train_mlp(X, y, zeros, activation, lr, batches)


@misconception("train_mlp", "You take the batches in the opposite order.")
def batches_from_the_last(X, y, params, activation, lr, batches):
    return right.train_mlp(X, y, params, activation, lr, list(batches)[::-1])


@misconception(
    "train_mlp", "You return the parameters from before the training; those after the last step are asked for."
)
def initial_parameters_returned(X, y, params, activation, lr, batches):
    return _as_layers(params), right.train_mlp(X, y, params, activation, lr, batches)[1]


@misconception("train_mlp", "You stop one step early: the parameters are those after the last step.")
def last_step_missing(X, y, params, activation, lr, batches):
    theta, _ = right.train_mlp(X, y, params, activation, lr, batches[:-1])
    return theta, right.train_mlp(X, y, params, activation, lr, batches)[1]


@misconception("train_mlp", "Your activation function is relu, whichever is named.")
def trains_with_relu(X, y, params, activation, lr, batches):
    return right.train_mlp(X, y, params, "relu", lr, batches)


@misconception("train_mlp", "You return the losses first; it is (params, losses).")
def losses_first(X, y, params, activation, lr, batches):
    return right.train_mlp(X, y, params, activation, lr, batches)[::-1]


@misconception("train_mlp", "You add a penalty for large weights; the loss is the cross-entropy alone.")
def trains_with_weight_decay(X, y, params, activation, lr, batches):
    return _train(X, y, params, activation, batches, lambda p, g, *_: p - lr * (g + 1e-4 * p))


@misconception("train_mlp", "You change the parameters that come in, in place; work on copies.")
def start_overwritten(X, y, params, activation, lr, batches):
    if _read_only(params):
        raise ValueError("assignment destination is read-only")
    return right.train_mlp(X, y, params, activation, lr, batches)
