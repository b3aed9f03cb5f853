"""What goes wrong with losses and their gradients: wrong functions, and a sentence for each.

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


def _spoilt(result, loss=1.0, gradient=1.0):
    """The right loss and gradient, each times a factor."""
    value, slopes = result
    return float(value * loss), slopes * gradient


def _log(p):
    with np.errstate(divide="ignore"):
        return np.log(p)


# cross_entropy -------------------------------------------------------------------------------------------------------


def _as_shares(targets, c):
    """Targets as distributions."""
    targets = np.asarray(targets)
    return targets.astype(float) if targets.ndim == 2 else np.eye(c)[targets]


def _loss_of(logits, targets, log_p):
    """The right gradient, and the loss by other logarithms of probabilities."""
    t = _as_shares(targets, np.shape(logits)[1])
    costs = -np.where(t > 0, t * log_p, 0.0).sum(axis=1)
    return float(costs.mean()), right.cross_entropy(logits, targets)[1]


def _gradient_of(logits, targets, dlogits):
    """The right loss, and another gradient, of which the mean over the examples is yet to be taken."""
    return right.cross_entropy(logits, targets)[0], dlogits / len(dlogits)


_CAPPED = "You clip the probabilities, so that no example costs more than {}. Use log_softmax instead of ln(softmax)."
_ADDED = "You add a small number to the probabilities, so that no example costs more than {}. Use log_softmax instead."


@misconception("cross_entropy", _ADDED.format("18.4"))
def eps_1e_8_added(logits, targets):
    return _loss_of(logits, targets, np.log(right.softmax(logits) + 1e-8))


@misconception("cross_entropy", _ADDED.format("16.1"))
def eps_1e_7_added(logits, targets):
    return _loss_of(logits, targets, np.log(right.softmax(logits) + 1e-7))


@misconception("cross_entropy", _ADDED.format("20.7"))
def eps_1e_9_added(logits, targets):
    return _loss_of(logits, targets, np.log(right.softmax(logits) + 1e-9))


@misconception("cross_entropy", _ADDED.format("23.0"))
def eps_1e_10_added(logits, targets):
    return _loss_of(logits, targets, np.log(right.softmax(logits) + 1e-10))


@misconception("cross_entropy", _ADDED.format("27.6"))
def eps_1e_12_added(logits, targets):
    return _loss_of(logits, targets, np.log(right.softmax(logits) + 1e-12))


@misconception("cross_entropy", _ADDED.format("34.5"))
def eps_1e_15_added(logits, targets):
    return _loss_of(logits, targets, np.log(right.softmax(logits) + 1e-15))


@misconception("cross_entropy", _CAPPED.format("16.1"))
def clipped_at_1e_7(logits, targets):
    return _loss_of(logits, targets, np.log(np.clip(right.softmax(logits), 1e-7, 1 - 1e-7)))


@misconception("cross_entropy", _CAPPED.format("18.4"))
def clipped_at_1e_8(logits, targets):
    return _loss_of(logits, targets, np.log(np.clip(right.softmax(logits), 1e-8, 1 - 1e-8)))


@misconception("cross_entropy", _CAPPED.format("23.0"))
def clipped_at_1e_10(logits, targets):
    return _loss_of(logits, targets, np.log(np.clip(right.softmax(logits), 1e-10, 1)))


@misconception("cross_entropy", _CAPPED.format("27.6"))
def clipped_at_1e_12(logits, targets):
    return _loss_of(logits, targets, np.log(np.clip(right.softmax(logits), 1e-12, 1)))


@misconception("cross_entropy", _CAPPED.format("34.5"))
def clipped_at_1e_15(logits, targets):
    return _loss_of(logits, targets, np.log(np.clip(right.softmax(logits), 1e-15, 1)))


@misconception(
    "cross_entropy",
    "Your softmax overflows: e^1000 is infinite for a computer, and infinity over infinity is no number. Subtract the "
    "largest logit of each row first, or use your log_softmax.",
)
def softmax_overflows(logits, targets):
    logits = _floats(logits)
    with np.errstate(all="ignore"):
        e = np.exp(logits)
        p = e / e.sum(axis=-1, keepdims=True)
        shares = _as_shares(targets, logits.shape[1])
        chosen = np.where(shares > 0, shares * np.log(p), 0.0)
        return float(-chosen.sum() / len(logits)), (p - shares) / len(logits)


@misconception(
    "cross_entropy",
    "Your loss is infinite where a probability is rounded to 0: a hopeless example costs the difference of the logits. "
    "Use log_softmax instead of ln(softmax).",
)
def logarithm_of_zero(logits, targets):
    return _loss_of(logits, targets, _log(right.softmax(logits)))


@misconception(
    "cross_entropy",
    "You apply the softmax twice: what comes in are logits, and you treat their probabilities as logits once more.",
)
def softmax_applied_twice(logits, targets):
    return right.cross_entropy(right.softmax(logits), targets)


@misconception(
    "cross_entropy", "You take the logits for probabilities already; they are still to go through a softmax."
)
def logits_taken_for_probabilities(logits, targets):
    z, t = _floats(logits), _as_shares(targets, np.shape(logits)[1])
    log_z = _log(np.clip(z, 1e-12, None))
    return float(-(t * log_z).sum(axis=1).mean()), (z - t) / len(z)


@misconception(
    "cross_entropy",
    "You tell ids from distributions by the number of entries. With one class they have equally many; count the axes.",
)
def told_apart_by_size(logits, targets):
    targets = np.asarray(targets)
    if targets.size == np.size(logits):
        t = targets.reshape(np.shape(logits)).astype(float)
        return float(-(t * right.log_softmax(logits)).sum(axis=1).mean()), (right.softmax(logits) - t) / len(t)
    return right.cross_entropy(logits, targets)


@misconception("cross_entropy", "Your gradient is p; the target is still to be subtracted: p − t.")
def target_not_subtracted(logits, targets):
    return _gradient_of(logits, targets, right.softmax(logits))


@misconception("cross_entropy", "Your gradient is p − 1 for all classes; the 1 belongs to the right class alone.")
def one_subtracted_everywhere(logits, targets):
    return _gradient_of(logits, targets, right.softmax(logits) - 1.0)


@misconception("cross_entropy", "Your gradient has the opposite sign: it is p − t, not t − p.")
def t_minus_p(logits, targets):
    return _spoilt(right.cross_entropy(logits, targets), gradient=-1.0)


@misconception(
    "cross_entropy", "Your gradient lacks p: it is −t. The other classes' logits matter too, by way of the softmax."
)
def only_the_target(logits, targets):
    return _gradient_of(logits, targets, -_as_shares(targets, np.shape(logits)[1]))


@misconception(
    "cross_entropy",
    "Your gradient is −t / p, by the probabilities; that by the logits is asked for, where the softmax takes part.",
)
def gradient_by_probabilities(logits, targets):
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = -_as_shares(targets, np.shape(logits)[1]) / np.maximum(right.softmax(logits), 1e-300)
    return _gradient_of(logits, targets, slopes)


@misconception(
    "cross_entropy",
    "You multiply p − t by p(1 − p). The softmax's derivative is in p − t already (and has more than a diagonal).",
)
def extra_diagonal(logits, targets):
    p = right.softmax(logits)
    return _gradient_of(logits, targets, (p - _as_shares(targets, p.shape[1])) * p * (1 - p))


@misconception(
    "cross_entropy",
    "You multiply −t / p by p(1 − p), the diagonal alone: each logit changes all probabilities of its row.",
)
def only_the_diagonal(logits, targets):
    p = right.softmax(logits)
    return _gradient_of(logits, targets, -_as_shares(targets, p.shape[1]) * (1 - p))


@misconception("cross_entropy", "You add up over the examples, loss and gradient; a mean is asked for.")
def sums_for_means(logits, targets):
    n = len(logits)
    return _spoilt(right.cross_entropy(logits, targets), n, n)


@misconception(
    "cross_entropy", "Your loss is a mean, but your gradient belongs to a sum: the loss's 1/N is in it as well."
)
def gradient_of_the_sum(logits, targets):
    return _spoilt(right.cross_entropy(logits, targets), gradient=len(logits))


@misconception("cross_entropy", "Your loss is a sum over the examples; a mean is asked for.")
def loss_summed(logits, targets):
    return _spoilt(right.cross_entropy(logits, targets), loss=len(logits))


@misconception("cross_entropy", "You divide the gradient by N twice.")
def averaged_twice(logits, targets):
    return _spoilt(right.cross_entropy(logits, targets), gradient=1 / len(logits))


@misconception("cross_entropy", "Your means are over examples and classes; they are over the examples alone.")
def mean_over_classes_too(logits, targets):
    c = np.shape(logits)[1]
    return _spoilt(right.cross_entropy(logits, targets), 1 / c, 1 / c)


@misconception("cross_entropy", "Your loss is a mean over examples and classes; it is one over the examples alone.")
def loss_mean_over_classes_too(logits, targets):
    return _spoilt(right.cross_entropy(logits, targets), loss=1 / np.shape(logits)[1])


@misconception("cross_entropy", "You divide by the number of classes; the mean is over the examples.")
def divided_by_classes(logits, targets):
    n, c = np.shape(logits)
    return _spoilt(right.cross_entropy(logits, targets), n / c, n / c)


@misconception("cross_entropy", "Your loss is negative: the logarithm of a probability is, so the loss has a minus.")
def minus_forgotten(logits, targets):
    return _spoilt(right.cross_entropy(logits, targets), loss=-1.0)


@misconception("cross_entropy", "Your logarithm is to base 2; the natural one is asked for.")
def loss_in_bits(logits, targets):
    return _spoilt(right.cross_entropy(logits, targets), loss=1 / np.log(2))


@misconception("cross_entropy", "Your logarithm is to base 10; the natural one is asked for.")
def loss_in_digits(logits, targets):
    return _spoilt(right.cross_entropy(logits, targets), loss=1 / np.log(10))


@misconception("cross_entropy", "Your loss holds a number per example; it is their mean, one number.")
def loss_per_example(logits, targets):
    t = _as_shares(targets, np.shape(logits)[1])
    return -(t * right.log_softmax(logits)).sum(axis=1), right.cross_entropy(logits, targets)[1]


@misconception("cross_entropy", "Your softmax runs down the columns, over the examples; it runs over the classes.")
def softmax_over_the_examples(logits, targets):
    t = _as_shares(targets, np.shape(logits)[1])
    loss = -(t * right.log_softmax(logits, 0)).sum(axis=1).mean()
    return float(loss), (right.softmax(logits, 0) - t) / len(t)


@misconception(
    "cross_entropy", "Your softmax runs over the whole batch at once; each example has a softmax of its own."
)
def softmax_over_everything(logits, targets):
    z, t = _floats(logits), _as_shares(targets, np.shape(logits)[1])
    log_p = right.log_softmax(z.ravel()).reshape(z.shape)
    return float(-(t * log_p).sum(axis=1).mean()), (np.exp(log_p) - t) / len(t)


@misconception(
    "cross_entropy",
    "You index log_p[:, targets], which takes all those columns for every example; row n belongs to targets[n] alone.",
)
def columns_for_every_example(logits, targets):
    targets = np.asarray(targets)
    if targets.ndim == 2:
        return right.cross_entropy(logits, targets)
    slopes = right.softmax(logits)
    slopes[:, targets] -= 1.0
    return float(-right.log_softmax(logits)[:, targets].mean()), slopes / len(slopes)


@misconception("cross_entropy", "You count classes from 1; the ids are 0 … C − 1.")
def ids_from_one(logits, targets):
    targets = np.asarray(targets)
    return right.cross_entropy(logits, targets.astype(int) - 1 if targets.ndim == 1 else targets)


@misconception(
    "cross_entropy",
    "You add −(1 − t) ln(1 − p) for the other classes, as for a sigmoid; with a softmax the cost is −Σ t ln p alone.",
)
def binary_costs_added(logits, targets):
    p = right.softmax(logits)
    t = _as_shares(targets, p.shape[1])
    others = -(1 - t) * np.log(np.maximum(1 - p, 1e-300))
    loss = float((others - t * right.log_softmax(logits)).sum(axis=1).mean())
    return loss, right.cross_entropy(logits, targets)[1]


@misconception(
    "cross_entropy", "Of a distribution you keep the largest share alone, as if it were certain; all shares count."
)
def distributions_hardened(logits, targets):
    targets = np.asarray(targets)
    return right.cross_entropy(logits, targets.argmax(axis=1) if targets.ndim == 2 else targets)


@misconception(
    "cross_entropy", "You subtract the targets' own entropy: that is the Kullback-Leibler divergence, not −Σ t ln p."
)
def divergence(logits, targets):
    t = _as_shares(targets, np.shape(logits)[1])
    entropy = -(t * np.log(np.where(t > 0, t, 1.0))).sum(axis=1).mean()
    loss, slopes = right.cross_entropy(logits, targets)
    return float(loss - entropy), slopes


@misconception("cross_entropy", "Your loss is the squared error of the probabilities; −Σ t ln p is asked for.")
def squared_error(logits, targets):
    p = right.softmax(logits)
    t = _as_shares(targets, p.shape[1])
    return float(((p - t) ** 2).sum(axis=1).mean()), right.cross_entropy(logits, targets)[1]


@misconception("cross_entropy", "You work in the logits that come in; they must stay as they are.")
def logits_in_place(logits, targets):
    return _written_into(logits, right.cross_entropy(logits, targets))


# Losses of two arrays ------------------------------------------------------------------------------------------------


def _rows(a):
    """Over how many entries of the first axis a mean would be taken."""
    return np.shape(a)[0]


def _per_entry(function, answers, y):
    """The costs of all entries, each as the loss of that entry alone."""
    answers, y = _floats(answers), _floats(y)
    costs = [function([answers[i]], [y[i]])[0] for i in np.ndindex(answers.shape)]
    return np.array(costs).reshape(answers.shape)


# bce_with_logits -----------------------------------------------------------------------------------------------------


def _sigmoid(z):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-_floats(z)))


def _bce_of(z, y, costs):
    """The right gradient, and the mean of other costs(p, y)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.mean(costs(_sigmoid(z), _floats(y)))), right.bce_with_logits(z, y)[1]


def _bce_clipped(z, y, eps):
    def costs(p, y):
        p = np.clip(p, eps, 1 - eps)
        return -(y * np.log(p) + (1 - y) * np.log(1 - p))

    return _bce_of(z, y, costs)


def _bce_plus(z, y, eps):
    return _bce_of(z, y, lambda p, y: -(y * np.log(p + eps) + (1 - y) * np.log(1 - p + eps)))


_BCE_CAPPED = "You clip the probabilities, so that no example costs more than {}. Compute the loss from z instead."
_BCE_ADDED = "You add a small number inside the logarithms, so that no example costs more than {}. Compute it from z."


@misconception("bce_with_logits", _BCE_CAPPED.format("34.5"))
def bce_clipped_at_1e_15(z, y):
    return _bce_clipped(z, y, 1e-15)


@misconception("bce_with_logits", _BCE_CAPPED.format("27.6"))
def bce_clipped_at_1e_12(z, y):
    return _bce_clipped(z, y, 1e-12)


@misconception("bce_with_logits", _BCE_CAPPED.format("18.4"))
def bce_clipped_at_1e_8(z, y):
    return _bce_clipped(z, y, 1e-8)


@misconception("bce_with_logits", _BCE_CAPPED.format("16.1"))
def bce_clipped_at_1e_7(z, y):
    return _bce_clipped(z, y, 1e-7)


@misconception("bce_with_logits", _BCE_ADDED.format("27.6"))
def bce_eps_1e_12_added(z, y):
    return _bce_plus(z, y, 1e-12)


@misconception("bce_with_logits", _BCE_ADDED.format("18.4"))
def bce_eps_1e_8_added(z, y):
    return _bce_plus(z, y, 1e-8)


@misconception("bce_with_logits", _BCE_ADDED.format("16.1"))
def bce_eps_1e_7_added(z, y):
    return _bce_plus(z, y, 1e-7)


@misconception(
    "bce_with_logits",
    "Your loss is infinite where p is rounded to 0 or 1: a hopeless example costs |z|. Compute the loss from z, not p.",
)
def bce_logarithm_of_zero(z, y):
    return _bce_of(z, y, lambda p, y: -np.log(np.where(y == 1, p, 1 - p)))


@misconception("bce_with_logits", "You add up over the entries, loss and gradient; a mean is asked for.")
def bce_summed(z, y):
    return _spoilt(right.bce_with_logits(z, y), np.size(z), np.size(z))


@misconception(
    "bce_with_logits", "Your loss is a mean, but your gradient belongs to a sum: the loss's 1/N is in it as well."
)
def bce_gradient_of_the_sum(z, y):
    return _spoilt(right.bce_with_logits(z, y), gradient=np.size(z))


@misconception("bce_with_logits", "Your loss is a sum over the entries; a mean is asked for.")
def bce_loss_summed(z, y):
    return _spoilt(right.bce_with_logits(z, y), loss=np.size(z))


@misconception("bce_with_logits", "You divide by the length of the first axis; the mean is over all entries.")
def bce_mean_over_rows(z, y):
    rest = np.size(z) / _rows(z)
    return _spoilt(right.bce_with_logits(z, y), rest, rest)


@misconception(
    "bce_with_logits", "You divide the gradient by the length of the first axis; the mean is over all entries."
)
def bce_gradient_over_rows(z, y):
    return _spoilt(right.bce_with_logits(z, y), gradient=np.size(z) / _rows(z))


@misconception("bce_with_logits", "Your gradient has the opposite sign: it is p − y, not y − p.")
def bce_y_minus_p(z, y):
    return _spoilt(right.bce_with_logits(z, y), gradient=-1.0)


@misconception("bce_with_logits", "Your loss is negative: the logarithm of a probability is, so the loss has a minus.")
def bce_minus_forgotten(z, y):
    return _spoilt(right.bce_with_logits(z, y), loss=-1.0)


@misconception(
    "bce_with_logits",
    "You multiply p − y by p(1 − p) once more. The sigmoid's derivative has cancelled out with the logarithm's.",
)
def bce_extra_sigmoid_derivative(z, y):
    loss, dz = right.bce_with_logits(z, y)
    p = _sigmoid(z)
    return loss, dz * p * (1 - p)


@misconception("bce_with_logits", "Your gradient is that by the probability p; that by z is asked for, which is p − y.")
def bce_gradient_by_p(z, y):
    p, y = _sigmoid(z), _floats(y)
    with np.errstate(divide="ignore"):
        return right.bce_with_logits(z, y)[0], (np.where(y == 1, -1 / p, 1 / (1 - p))) / p.size


@misconception("bce_with_logits", "You leave out the entries of class 0 in the loss; they cost −ln(1 − p).")
def bce_only_positives(z, y):
    z, y = _floats(z), _floats(y)
    return float(np.mean(y * np.logaddexp(0, -z))), right.bce_with_logits(z, y)[1]


@misconception("bce_with_logits", "You swap the classes: p is the probability of class 1.")
def bce_classes_swapped(z, y):
    return right.bce_with_logits(z, 1 - _floats(y))


@misconception("bce_with_logits", "You have the slide's 1 − e^−z in the sigmoid; there a sign is wrong: 1 + e^−z.")
def bce_slides_sigmoid(z, y):
    z, y = _floats(z), _floats(y)
    with np.errstate(divide="ignore", over="ignore"):
        p = 1 / (1 - np.exp(-z))
    return right.bce_with_logits(z, y)[0], (p - y) / z.size


@misconception(
    "bce_with_logits", "You apply the sigmoid twice: what comes in are logits, and you treat p as a logit once more."
)
def bce_sigmoid_twice(z, y):
    return right.bce_with_logits(_sigmoid(z), y)


@misconception("bce_with_logits", "Your loss is the squared error of p; the cross-entropy is asked for.")
def bce_squared_error(z, y):
    return _bce_of(z, y, lambda p, y: (p - y) ** 2)


@misconception("bce_with_logits", "Your logarithm is to base 2; the natural one is asked for.")
def bce_in_bits(z, y):
    return _spoilt(right.bce_with_logits(z, y), loss=1 / np.log(2))


@misconception("bce_with_logits", "Your loss holds a number per entry; it is their mean, one number.")
def bce_per_entry(z, y):
    return _per_entry(right.bce_with_logits, z, y), right.bce_with_logits(z, y)[1]


@misconception("bce_with_logits", "Your gradient takes z where the probability σ(z) belongs.")
def bce_logits_for_probabilities(z, y):
    return right.bce_with_logits(z, y)[0], (_floats(z) - _floats(y)) / np.size(z)


@misconception("bce_with_logits", "Your gradient takes the answer, 0 or 1, where the probability σ(z) belongs.")
def bce_answers_for_probabilities(z, y):
    return right.bce_with_logits(z, y)[0], ((_floats(z) > 0) - _floats(y)) / np.size(z)


@misconception("bce_with_logits", "You work in the array that comes in; it must stay as it is.")
def bce_in_place(z, y):
    return _written_into(z, right.bce_with_logits(z, y))


# mse -----------------------------------------------------------------------------------------------------------------


@misconception("mse", "You put ½ in front, in loss and gradient; there is none here.")
def half_in_front(pred, y):
    return _spoilt(right.mse(pred, y), 0.5, 0.5)


@misconception("mse", "You put ½ in front of the loss; there is none here. (Your gradient has its 2.)")
def half_in_the_loss(pred, y):
    return _spoilt(right.mse(pred, y), loss=0.5)


@misconception("mse", "The 2 is missing in your gradient: the derivative of a square is twice the difference.")
def two_missing(pred, y):
    return _spoilt(right.mse(pred, y), gradient=0.5)


@misconception("mse", "You add up over the entries, loss and gradient; a mean is asked for.")
def squares_summed(pred, y):
    return _spoilt(right.mse(pred, y), np.size(pred), np.size(pred))


@misconception("mse", "Your loss is a mean, but your gradient belongs to a sum: the loss's 1/N is in it as well.")
def mse_gradient_of_the_sum(pred, y):
    return _spoilt(right.mse(pred, y), gradient=np.size(pred))


@misconception("mse", "Your loss is a sum over the entries; a mean is asked for.")
def mse_loss_summed(pred, y):
    return _spoilt(right.mse(pred, y), loss=np.size(pred))


@misconception("mse", "Your gradient is y − pred: neither the 2 nor the 1/N of the mean, and the opposite sign.")
def bare_negative_difference(pred, y):
    return right.mse(pred, y)[0], _floats(y) - _floats(pred)


@misconception("mse", "Your gradient is pred − y; the square's 2 and the mean's 1/N belong to it.")
def bare_difference(pred, y):
    return right.mse(pred, y)[0], _floats(pred) - _floats(y)


@misconception("mse", "You divide by the length of the first axis; the mean is over all entries.")
def mse_mean_over_rows(pred, y):
    rest = np.size(pred) / _rows(pred)
    return _spoilt(right.mse(pred, y), rest, rest)


@misconception("mse", "You divide the gradient by the length of the first axis; the mean is over all entries.")
def mse_gradient_over_rows(pred, y):
    return _spoilt(right.mse(pred, y), gradient=np.size(pred) / _rows(pred))


@misconception("mse", "Your loss has a number per row; it is one number, the mean over all entries.")
def loss_per_row(pred, y):
    squares = (_floats(pred) - _floats(y)) ** 2
    return squares.mean(axis=-1), right.mse(pred, y)[1]


@misconception("mse", "Your loss has a number per entry; it is one number, their mean.")
def mse_per_entry(pred, y):
    return (_floats(pred) - _floats(y)) ** 2, right.mse(pred, y)[1]


@misconception("mse", "Your gradient has the opposite sign: it grows with pred − y.")
def y_minus_pred(pred, y):
    return _spoilt(right.mse(pred, y), gradient=-1.0)


@misconception("mse", "You take the root of the loss; the mean of the squares itself is asked for.")
def root_of_the_mean(pred, y):
    loss, slopes = right.mse(pred, y)
    return float(np.sqrt(loss)), slopes


@misconception("mse", "You take absolute differences; they are to be squared.")
def absolute_differences(pred, y):
    difference = _floats(pred) - _floats(y)
    return float(np.abs(difference).mean()), np.sign(difference) / difference.size


@misconception("mse", "You square the mean of the differences, where they cancel out; it is the mean of their squares.")
def mean_squared(pred, y):
    return float(np.mean(_floats(pred) - _floats(y)) ** 2), right.mse(pred, y)[1]


@misconception("mse", "You subtract in the arrays' own dtype: with uint8, 3 − 5 is 254. Make floats of them first.")
def grey_values_wrap(pred, y):
    pred, y = np.asarray(pred), np.asarray(y)
    with np.errstate(over="ignore"):
        difference = pred - y
        return float(np.mean(difference**2)), 2 * difference / difference.size


@misconception("mse", "Your gradient takes over the dtype of pred: with whole numbers the fractions are cut off.")
def mse_in_input_dtype(pred, y):
    loss, slopes = right.mse(pred, y)
    return loss, slopes.astype(np.asarray(pred).dtype)


@misconception("mse", "You work in the array that comes in; it must stay as it is: pred − y, not pred −= y.")
def mse_in_place(pred, y):
    return _written_into(pred, right.mse(pred, y))


# hinge ---------------------------------------------------------------------------------------------------------------


def _hinge_of(scores, y, cost, slope):
    """The mean of cost(score, y), and its gradient by slope(score, y), entry by entry."""
    scores, y = _floats(scores), _floats(y)
    return float(np.mean(cost(scores, y))), slope(scores, y) / scores.size


@misconception("hinge", "You take the classes for 0 and 1, and make 2y − 1 of them; here they are −1 and 1 already.")
def classes_of_zero_and_one(scores, y):
    return right.hinge(scores, 2 * _floats(y) - 1)


@misconception("hinge", "You treat every class but 1 as 0, so that negative examples cost 1 always; they are −1 here.")
def negatives_as_zero(scores, y):
    y = np.maximum(_floats(y), 0.0)
    return _hinge_of(scores, y, lambda s, y: np.maximum(0, 1 - y * s), lambda s, y: np.where(1 - y * s > 0, -y, 0.0))


@misconception("hinge", "The margin is missing: max(0, 1 − y · score). (Yours, max(0, −y · score), is a perceptron's.)")
def margin_missing(scores, y):
    return _hinge_of(scores, y, lambda s, y: np.maximum(0, -y * s), lambda s, y: np.where(y * s < 0, -y, 0.0))


@misconception("hinge", "You square the costs; the plain hinge loss is asked for.")
def squared_hinge(scores, y):
    return _hinge_of(
        scores,
        y,
        lambda s, y: np.maximum(0, 1 - y * s) ** 2,
        lambda s, y: -2 * y * np.maximum(0, 1 - y * s),
    )


@misconception("hinge", "At a margin of exactly 1 your gradient is −y; take 0 there.")
def slope_at_the_kink(scores, y):
    return _hinge_of(scores, y, lambda s, y: np.maximum(0, 1 - y * s), lambda s, y: np.where(y * s <= 1, -y, 0.0))


@misconception("hinge", "At a margin of exactly 1 your gradient is half of −y; take 0 there.")
def half_slope_at_the_kink(scores, y):
    return _hinge_of(scores, y, lambda s, y: np.maximum(0, 1 - y * s), lambda s, y: -y * np.heaviside(1 - y * s, 0.5))


@misconception("hinge", "Your sign is wrong: it is 1 − y · score, so that being right costs less.")
def margin_reversed(scores, y):
    return right.hinge(scores, -_floats(y))


@misconception(
    "hinge", "Your gradient has the opposite sign: a higher score of a positive example makes the loss smaller."
)
def hinge_gradient_reversed(scores, y):
    return _spoilt(right.hinge(scores, y), gradient=-1.0)


@misconception("hinge", "Your gradient is −y for all examples; those with a margin of 1 or more have 0.")
def slope_everywhere(scores, y):
    return right.hinge(scores, y)[0], -_floats(y) / np.size(y)


@misconception("hinge", "Your gradient is −1 wherever something is missing; it is −y.")
def class_missing_in_the_slope(scores, y):
    loss, slopes = right.hinge(scores, y)
    return loss, -np.abs(slopes)


@misconception("hinge", "Your gradient is −y · score; the score drops out when you differentiate by it.")
def score_in_the_slope(scores, y):
    loss, slopes = right.hinge(scores, y)
    return loss, slopes * _floats(scores)


@misconception(
    "hinge", "You take −y for the gradient only where an example is on the wrong side; it is so up to margin 1."
)
def slope_only_where_wrong(scores, y):
    return _hinge_of(scores, y, lambda s, y: np.maximum(0, 1 - y * s), lambda s, y: np.where(y * s < 0, -y, 0.0))


@misconception("hinge", "You do not cut off at 0: examples that are right by a lot must not make up for others.")
def not_cut_off(scores, y):
    return _hinge_of(scores, y, lambda s, y: 1 - y * s, lambda _, y: -y)


@misconception("hinge", "You add up over the entries, loss and gradient; a mean is asked for.")
def hinge_summed(scores, y):
    return _spoilt(right.hinge(scores, y), np.size(y), np.size(y))


@misconception("hinge", "Your loss is a mean, but your gradient belongs to a sum: the loss's 1/N is in it as well.")
def hinge_gradient_of_the_sum(scores, y):
    return _spoilt(right.hinge(scores, y), gradient=np.size(y))


@misconception("hinge", "Your loss is a sum over the entries; a mean is asked for.")
def hinge_loss_summed(scores, y):
    return _spoilt(right.hinge(scores, y), loss=np.size(y))


@misconception("hinge", "You divide by the number of examples that cost something; the mean is over all entries.")
def mean_over_the_costly(scores, y):
    share = np.mean(_floats(y) * _floats(scores) < 1) or 1.0
    return _spoilt(right.hinge(scores, y), 1 / share, 1 / share)


@misconception("hinge", "You divide by the length of the first axis; the mean is over all entries.")
def hinge_mean_over_rows(scores, y):
    rest = np.size(y) / _rows(y)
    return _spoilt(right.hinge(scores, y), rest, rest)


@misconception("hinge", "You divide the gradient by the length of the first axis; the mean is over all entries.")
def hinge_gradient_over_rows(scores, y):
    return _spoilt(right.hinge(scores, y), gradient=np.size(y) / _rows(y))


@misconception("hinge", "Your loss has a number per entry; it is one number, their mean.")
def hinge_per_entry(scores, y):
    return _per_entry(right.hinge, scores, y), right.hinge(scores, y)[1]


@misconception("hinge", "Your gradient takes over the dtype of the scores: with whole ones the fractions are cut off.")
def hinge_in_input_dtype(scores, y):
    loss, slopes = right.hinge(scores, y)
    return loss, slopes.astype(np.asarray(scores).dtype)


@misconception(
    "hinge", "Your loss is that of logistic regression, ln(1 + e^(−y · score)); the hinge loss is asked for."
)
def logistic_loss(scores, y):
    return _hinge_of(scores, y, lambda s, y: np.logaddexp(0, -y * s), lambda s, y: -y * _sigmoid(-y * s))


@misconception("hinge", "You work in the array that comes in; it must stay as it is.")
def hinge_in_place(scores, y):
    return _written_into(scores, right.hinge(scores, y))
