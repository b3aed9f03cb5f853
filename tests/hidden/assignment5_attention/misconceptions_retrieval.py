"""What goes wrong when queries and keys are trained: wrong functions, and a sentence for each.

`_train` is the right function with the steps to change as arguments.
"""
# ruff: noqa: PLR0917 - the exercise's own signature

import numpy as np

from grader.diagnose import misconception


def _train(Q, K, y, params, lr, batches, *, change=lambda grads, _: grads, **mistakes):
    """Training with the gradients that change(gradients, size of the batch) makes, and the mistakes of `_step`."""
    Q, K, y = np.asarray(Q, dtype=float), np.asarray(K, dtype=float), np.asarray(y)
    theta, losses = {name: np.array(value, dtype=float) for name, value in params.items()}, []
    for batch in batches:
        loss, grads = _step(theta, Q[batch][:, 0], K[batch], y[batch], **mistakes)
        losses.append(loss)
        theta = {name: theta[name] - lr * grad for name, grad in change(grads, len(batch)).items()}
    return theta, losses


def _one_hot(y, T):
    return np.arange(T) == y[:, None]


def _log_loss(weights, right_ones):
    """The loss of each example, and its gradient at the scores."""
    return -np.log((weights * right_ones).sum(axis=1)), weights - right_ones


def _step(theta, Q, K, y, *, size=None, axis=1, loss=_log_loss, back_root=1.0, early=0.0, backs=("Wq", "Wk")):
    """Loss and gradients for queries Q (B, D) and keys K (B, T, D).

    `size` replaces dk under the root; the softmax runs along `axis`; the gradient at the scores is multiplied by
    `back_root(√dk)`; Wq has changed at the rate `early` when the gradient of Wk is taken; others than `backs` get none.
    """
    queries, keys = Q @ theta["Wq"], K @ theta["Wk"]  # (B, dk), (B, T, dk)
    root = np.sqrt(queries.shape[1] if size is None else size)
    scores = (keys @ queries[:, :, None])[:, :, 0] / root
    exps = np.exp(scores - scores.max(axis=axis, keepdims=True))
    losses, dscores = loss(exps / exps.sum(axis=axis, keepdims=True), _one_hot(y, K.shape[1]))
    dscores = dscores * (back_root if np.isscalar(back_root) else back_root(root)) / (len(Q) * root)
    dWq = Q.T @ (dscores[:, None] @ keys)[:, 0]
    late = Q @ (theta["Wq"] - early * dWq)
    dWk = np.tensordot(K, dscores[:, :, None] * late[:, None], axes=((0, 1), (0, 1)))
    grads = {"Wq": dWq, "Wk": dWk}
    return float(np.mean(losses)), {name: grad * (name in backs) for name, grad in grads.items()}


def _times(grads, factor):
    return {name: grad * factor for name, grad in grads.items()}


@misconception("train_retrieval", "You go up the gradient: a step that lowers the loss goes against it.")
def retrieval_uphill(Q, K, y, params, lr, batches):
    return _train(Q, K, y, params, -lr, batches)


@misconception("train_retrieval", "You do not divide the scores by the root of dk.")
def retrieval_not_scaled(Q, K, y, params, lr, batches):
    return _train(Q, K, y, params, lr, batches, size=1)


@misconception("train_retrieval", "You divide by the root of D; queries and keys have dk components once projected.")
def retrieval_scaled_by_d(Q, K, y, params, lr, batches):
    return _train(Q, K, y, params, lr, batches, size=np.shape(Q)[2])


@misconception("train_retrieval", "Your gradients lack the division by the root of dk that the scores have.")
def retrieval_scale_not_differentiated(Q, K, y, params, lr, batches):
    return _train(Q, K, y, params, lr, batches, back_root=lambda root: root)


@misconception(
    "train_retrieval",
    "Your softmax runs over the examples of the batch; it runs over the keys, among which each query shares out its "
    "weight.",
)
def retrieval_softmax_over_batch(Q, K, y, params, lr, batches):
    return _train(Q, K, y, params, lr, batches, axis=0)


@misconception(
    "train_retrieval",
    "You take weights less one-hot for the gradient at the *weights*, and go back through the softmax once more: it is "
    "the gradient at the scores already.",
)
def retrieval_softmax_twice_back(Q, K, y, params, lr, batches):
    def loss(weights, right_ones):
        losses, dscores = _log_loss(weights, right_ones)
        return losses, weights * (dscores - (weights * dscores).sum(axis=1, keepdims=True))

    return _train(Q, K, y, params, lr, batches, loss=loss)


@misconception(
    "train_retrieval",
    "You divide the gradients by the number of examples once more: the mean is already in that of the loss.",
)
def retrieval_averaged_twice(Q, K, y, params, lr, batches):
    return _train(Q, K, y, params, lr, batches, change=lambda grads, n: _times(grads, 1 / n))


@misconception("train_retrieval", "Your gradients are those of the sum over the batch, while the loss is its mean.")
def retrieval_not_averaged(Q, K, y, params, lr, batches):
    return _train(Q, K, y, params, lr, batches, change=_times)


@misconception("train_retrieval", "Only Wq is trained; the keys' matrix is to learn as well.")
def only_wq_trained(Q, K, y, params, lr, batches):
    return _train(Q, K, y, params, lr, batches, backs=("Wq",))


@misconception("train_retrieval", "Only Wk is trained; the queries' matrix is to learn as well.")
def only_wk_trained(Q, K, y, params, lr, batches):
    return _train(Q, K, y, params, lr, batches, backs=("Wk",))


@misconception("train_retrieval", "You change Wq before the gradient of Wk is taken: take both gradients first.")
def wq_changed_too_early(Q, K, y, params, lr, batches):
    return _train(Q, K, y, params, lr, batches, early=lr)


@misconception("train_retrieval", "You record the loss after the step; the one before the step is asked for.")
def retrieval_loss_after_the_step(Q, K, y, params, lr, batches):
    theta, losses = params, []
    for batch in batches:
        theta, _ = _train(Q, K, y, theta, lr, [batch])
        losses += _train(Q, K, y, theta, 0.0, [batch])[1]
    return theta, losses


@misconception("train_retrieval", "You take every step on the first batch; each step has a batch of its own.")
def retrieval_first_batch_only(Q, K, y, params, lr, batches):
    return _train(Q, K, y, params, lr, [batches[0]] * len(batches))


@misconception("train_retrieval", "You record the summed loss of a batch; its mean is asked for.")
def retrieval_losses_summed(Q, K, y, params, lr, batches):
    theta, losses = _train(Q, K, y, params, lr, batches)
    return theta, [loss * len(batch) for loss, batch in zip(losses, batches, strict=True)]


@misconception("train_retrieval", "You record one loss for the whole training; there is one for each batch.")
def last_loss_only(Q, K, y, params, lr, batches):
    theta, losses = _train(Q, K, y, params, lr, batches)
    return theta, losses[-1]


@misconception("train_retrieval", "Your loss has the logarithm to the base 2; it is the natural one.")
def binary_logarithm(Q, K, y, params, lr, batches):
    def loss(weights, right_ones):
        losses, dscores = _log_loss(weights, right_ones)
        return losses / np.log(2), dscores / np.log(2)

    return _train(Q, K, y, params, lr, batches, loss=loss)


@misconception("train_retrieval", "Your loss is 1 − w for the weight w on the right key; it is −ln w.")
def loss_without_logarithm(Q, K, y, params, lr, batches):
    def loss(weights, right_ones):
        w = (weights * right_ones).sum(axis=1, keepdims=True)
        return 1 - w[:, 0], w * (weights - right_ones)

    return _train(Q, K, y, params, lr, batches, loss=loss)


@misconception("train_retrieval", "Your loss is the squared distance of weights and one-hot position; it is −ln w.")
def squared_distance(Q, K, y, params, lr, batches):
    def loss(weights, right_ones):
        error = weights - right_ones
        return (error**2).sum(axis=1), 2 * weights * (error - (weights * error).sum(axis=1, keepdims=True))

    return _train(Q, K, y, params, lr, batches, loss=loss)


@misconception(
    "train_retrieval",
    "Your loss counts the other keys too, −ln(1 − w) each: in a softmax, what one key gets the others lose already.",
)
def other_keys_counted(Q, K, y, params, lr, batches):
    def loss(weights, right_ones):
        others = np.where(right_ones, 0.0, weights)
        dweights = np.where(right_ones, -1 / weights, 1 / (1 - weights))
        losses = _log_loss(weights, right_ones)[0] - np.log1p(-others).sum(axis=1)
        return losses, weights * (dweights - (weights * dweights).sum(axis=1, keepdims=True))

    return _train(Q, K, y, params, lr, batches, loss=loss)


@misconception("train_retrieval", "You subtract 1 from y: positions count from 0 already.")
def positions_from_one(Q, K, y, params, lr, batches):
    return _train(Q, K, np.asarray(y) - 1 + np.shape(K)[1] * (np.asarray(y) == 0), params, lr, batches)


@misconception("train_retrieval", "You return the losses before the parameters; it is (params, losses).")
def retrieval_losses_first(Q, K, y, params, lr, batches):
    return _train(Q, K, y, params, lr, batches)[::-1]


@misconception("train_retrieval", "You return the parameters as a tuple; a dict with the keys Wq and Wk is asked for.")
def parameters_in_a_tuple(Q, K, y, params, lr, batches):
    theta, losses = _train(Q, K, y, params, lr, batches)
    return (theta["Wq"], theta["Wk"]), losses


@misconception("train_retrieval", "You write into the parameters that were handed in; train a copy of them.")
def retrieval_parameters_overwritten(Q, K, y, params, lr, batches):
    if any(isinstance(value, np.ndarray) and not value.flags.writeable for value in params.values()):
        raise ValueError("read-only")
    return _train(Q, K, y, params, lr, batches)
