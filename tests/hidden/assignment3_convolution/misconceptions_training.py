"""What goes wrong in training the network: wrong functions that people write, and a sentence for each.

Each is the right function with one step changed: mostly the oracle with other inputs, or with its result spoilt. Where
that will not do, `_train` is the right function with the steps to change as arguments.
"""

import numpy as np

from grader.diagnose import misconception
from reference import convolution as right


def _flip(k):
    return np.asarray(k)[..., ::-1, ::-1]


def _to_all_ties(dout, x, k, stride=None):
    """The gradient at every entry that equals the largest one of its window."""
    out = right.max_pool2d_forward(x, k)
    large, gradient = (np.asarray(a).repeat(k, axis=2).repeat(k, axis=3) for a in (out, dout))
    rows, columns = large.shape[2:]
    dx = np.zeros(np.shape(x))
    dx[:, :, :rows, :columns] = (np.asarray(x)[:, :, :rows, :columns] == large) * gradient
    return dx


def _train(X, y, params, lr, batches, *, change=lambda grads, _: grads, **mistakes):
    """Training with the gradients that change(gradients, size of the batch) makes, and the mistakes of `_step`."""
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    theta, losses = {name: np.array(value, dtype=float) for name, value in params.items()}, []
    for batch in batches:
        loss, grads = _step(theta, X[batch], y[batch], **mistakes)
        losses.append(loss)
        theta = {name: theta[name] - lr * grad for name, grad in change(grads, len(batch)).items()}
    return theta, losses


def _met_by_3x3(X):
    """What each entry of a 3×3 kernel meets, with pad 1: the entry, and a part of the padded images (N, 1, H, W)."""
    padded, (height, width) = np.pad(X, ((0, 0), (0, 0), (1, 1), (1, 1))), X.shape[2:]
    return [((u, v), padded[:, :, u : u + height, v : v + width]) for u, v in np.ndindex(3, 3)]


def _conv_3x3(X, W, b):
    """`conv2d_forward` of images with one channel, with pad 1. Equal windows give equal sums, to the last digit."""
    return sum(W[:, 0, u, v, None, None] * met for (u, v), met in _met_by_3x3(X)) + b[:, None, None]


def _gradient_3x3(dout, X):
    """The gradient of the kernels (F, 1, 3, 3) of `_conv_3x3`."""
    parts = [np.tensordot(dout, met[:, 0], axes=((0, 2, 3), (0, 1, 2))) for _, met in _met_by_3x3(X)]
    return np.stack(parts, axis=1).reshape(-1, 1, 3, 3)


def _step(
    theta, X, y, *, order=(0, 1, 2, 3), relu=True, relu_back=True, back=None, average=False, early=0.0, kink=False
):
    """Loss and gradients, with another order of flattening, no relu (forward or backward), or another pooling.

    `back` goes back through the pooling; `early` is the rate at which W2 changes before its old value was used;
    with `kink` the derivative of relu at 0 is 1.
    """
    conv = _conv_3x3(X, theta["W1"], theta["b1"])
    detected = np.maximum(conv, 0.0) if relu else conv
    pooled = (right.avg_pool2d_forward if average else right.max_pool2d_forward)(detected, 2)
    moved = pooled.transpose(order)
    flat = moved.reshape(len(X), -1)
    logits = flat @ theta["W2"] + theta["b2"]
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dlogits = (np.exp(log_p) - np.eye(logits.shape[1])[y]) / len(X)
    grads = {"W2": flat.T @ dlogits, "b2": dlogits.sum(axis=0)}
    dflat = dlogits @ (theta["W2"] - early * grads["W2"]).T
    dpooled = dflat.reshape(moved.shape).transpose(np.argsort(order))
    if average:
        d = dpooled.repeat(2, axis=2).repeat(2, axis=3) / 4
    else:
        d = (back or right.max_pool2d_backward)(dpooled, detected, 2)
    passed = conv >= 0 if kink else conv > 0
    dconv = d * passed if relu_back else d
    grads["W1"], grads["b1"] = _gradient_3x3(dconv, X), dconv.sum(axis=(0, 2, 3))
    return float(-log_p[np.arange(len(X)), y].mean()), grads


def _only(grads, letter):
    return {name: grad * (letter in name) for name, grad in grads.items()}


def _times(grads, factor):
    return {name: grad * factor for name, grad in grads.items()}


@misconception(
    "train_cnn",
    "You flatten with the filters last: the rows of W2 belong to (filter, row, column), in this order.",
)
def flattened_filters_last(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, order=(0, 2, 3, 1))


@misconception("train_cnn", "You forgot the detector stage: relu stands between convolution and pooling.")
def no_relu(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, relu=False, relu_back=False)


@misconception("train_cnn", "Going back you skip relu: where it was 0 in the forward pass, no gradient goes through.")
def relu_not_differentiated(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, relu_back=False)


@misconception("train_cnn", "You pool by averaging; the network asked for keeps the largest values.")
def averaging_pool(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, average=True)


@misconception(
    "train_cnn",
    "Where a pooling window holds its maximum several times, all of them get the gradient; only the first should.",
)
def pool_gradient_to_ties(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, back=_to_all_ties)


@misconception("train_cnn", "Each step starts from the parameters that came in; it should go on from the step before.")
def every_step_from_the_start(X, y, params, lr, batches):
    steps = [_train(X, y, params, lr, [batch]) for batch in batches]
    return steps[-1][0], [loss for _, losses in steps for loss in losses]


@misconception("train_cnn", "You go up the gradient: a step that lowers the loss goes against it.")
def uphill(X, y, params, lr, batches):
    return _train(X, y, params, -lr, batches)


@misconception(
    "train_cnn",
    "You divide the gradients by the number of examples once more: the mean is already in that of the loss.",
)
def averaged_twice(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, change=lambda grads, n: _times(grads, 1 / n))


@misconception(
    "train_cnn",
    "Your gradients are those of the sum over the batch, while the loss is its mean.",
)
def not_averaged(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, change=_times)


@misconception("train_cnn", "You divide by the number of all examples; the mean is over those of the batch.")
def averaged_over_all_examples(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, change=lambda grads, n: _times(grads, n / len(X)))


@misconception(
    "train_cnn", "Your loss is the sum over the batch, in its value and its gradient; its mean is asked for."
)
def summed_loss(X, y, params, lr, batches):
    theta, losses = not_averaged(X, y, params, lr, batches)
    return theta, [loss * len(batch) for loss, batch in zip(losses, batches, strict=True)]


@misconception("train_cnn", "The biases never change: they are parameters, and are trained like the others.")
def biases_not_trained(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, change=lambda grads, _: _only(grads, "W"))


def _without(grads, name):
    return {**grads, name: np.zeros_like(grads[name])}


@misconception("train_cnn", "b1 never changes: the biases of the kernels are trained like all other parameters.")
def b1_not_trained(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, change=lambda grads, _: _without(grads, "b1"))


@misconception("train_cnn", "b2 never changes: the biases of the last layer are trained like all other parameters.")
def b2_not_trained(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, change=lambda grads, _: _without(grads, "b2"))


@misconception("train_cnn", "W1 never changes: the kernels are trained like all other parameters.")
def kernels_not_trained(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, change=lambda grads, _: _without(grads, "W1"))


@misconception("train_cnn", "The kernels and their biases never change: only the last layer is trained.")
def only_last_layer_trained(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, change=lambda grads, _: _only(grads, "2"))


@misconception("train_cnn", "Your gradient of the kernels is turned by 180°: rows and columns are reversed.")
def kernel_gradient_flipped(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, change=lambda grads, _: {**grads, "W1": _flip(grads["W1"])})


@misconception("train_cnn", "Your gradient passes where the convolution is exactly 0; relu has derivative 0 there.")
def relu_kink(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, kink=True)


@misconception("train_cnn", "You record the loss after the step; each batch's loss is the one before its own step.")
def loss_after_the_step(X, y, params, lr, batches):
    X, y, theta, losses = np.asarray(X, dtype=float), np.asarray(y), params, []
    for batch in batches:
        theta, _ = _train(X, y, theta, lr, [batch])
        losses.append(_step(theta, X[batch], y[batch])[0])
    return theta, losses


@misconception("train_cnn", "You take every step on the first batch; each batch names the examples of its own step.")
def first_batch_only(X, y, params, lr, batches):
    return _train(X, y, params, lr, [batches[0]] * len(batches))


@misconception("train_cnn", "You record the summed loss of a batch; its mean is asked for.")
def losses_summed(X, y, params, lr, batches):
    theta, losses = _train(X, y, params, lr, batches)
    return theta, [loss * len(batch) for loss, batch in zip(losses, batches, strict=True)]


@misconception(
    "train_cnn",
    "You change the last layer before the gradient has gone back through it: take all gradients first.",
)
def last_layer_changed_too_early(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, early=lr)


@misconception("train_cnn", "You return the losses before the parameters; the order asked for is (params, losses).")
def losses_first(X, y, params, lr, batches):
    return right.train_cnn(X, y, params, lr, batches)[::-1]


@misconception("train_cnn", "You write into the parameters that were handed in; train a copy of them.")
def parameters_overwritten(X, y, params, lr, batches):
    if any(not value.flags.writeable for value in params.values()):
        raise ValueError("read-only")
    return right.train_cnn(X, y, params, lr, batches)
