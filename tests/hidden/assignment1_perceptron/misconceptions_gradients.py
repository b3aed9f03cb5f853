# ruff: noqa: PLR0917 - the exercises take as many arguments as they need
"""What goes wrong with gradients and with going down them: wrong functions, and a sentence for each.

Each is the right function with one step changed: mostly the oracle with other inputs, or with its result spoilt.
"""

import numpy as np

from grader.diagnose import misconception
from reference import perceptron as right


def _floats(a):
    return np.asarray(a, dtype=float)


def _written_into(a, result):
    """The result of a function that works in the array that it was given."""
    if isinstance(a, np.ndarray) and not a.flags.writeable:
        raise ValueError("assignment destination is read-only")
    return result


# numerical_gradient --------------------------------------------------------------------------------------------------


def _differences(x, difference):
    """An array of the shape of x with difference(e_i) at each entry i, where e_i is 1 at i and 0 elsewhere."""
    x = _floats(x)
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        unit = np.zeros(x.shape)
        unit[i] = 1.0
        gradient[i] = difference(unit)
    return gradient


@misconception(
    "numerical_gradient",
    "You nudge to one side only. Central differences nudge up and down, and their error falls with h², not with h.",
)
def forward_difference(f, x, h=1e-5):
    x = _floats(x)
    return _differences(x, lambda unit: (f(x + h * unit) - f(x)) / h)


@misconception(
    "numerical_gradient",
    "You nudge downwards only. Central differences nudge up and down, and their error falls with h², not with h.",
)
def backward_difference(f, x, h=1e-5):
    x = _floats(x)
    return _differences(x, lambda unit: (f(x) - f(x - h * unit)) / h)


@misconception("numerical_gradient", "You divide by h; from x − h to x + h it is 2h.")
def divided_by_h(f, x, h=1e-5):
    return 2 * right.numerical_gradient(f, x, h)


@misconception("numerical_gradient", "You divide by 2 and multiply by h; 2h as a whole is below the line: / (2 * h).")
def multiplied_by_h(f, x, h=1e-5):
    return right.numerical_gradient(f, x, h) * h**2


@misconception("numerical_gradient", "You do not divide the difference by anything; it is to be divided by 2h.")
def not_divided(f, x, h=1e-5):
    return right.numerical_gradient(f, x, h) * 2 * h


@misconception("numerical_gradient", "You nudge all entries at once; each derivative is about one entry alone.")
def all_at_once(f, x, h=1e-5):
    x = _floats(x)
    return np.full(x.shape, (f(x + h) - f(x - h)) / (2 * h))


@misconception(
    "numerical_gradient", "You return one number, the change when all entries move; one per entry is asked for."
)
def one_number(f, x, h=1e-5):
    x = _floats(x)
    return float((f(x + h) - f(x - h)) / (2 * h))


@misconception("numerical_gradient", "You nudge whole rows; each entry is nudged by itself, whatever the shape of x.")
def rows_nudged(f, x, h=1e-5):
    x = _floats(x)
    gradient = np.zeros(x.shape)
    for k in range(len(x)):
        nudge = np.zeros(x.shape)
        nudge[k] = h
        gradient[k] = (f(x + nudge) - f(x - nudge)) / (2 * h)
    return gradient


@misconception("numerical_gradient", "You nudge by a width of your own; h says how wide.")
def width_ignored(f, x, h=1e-5):
    return right.numerical_gradient(f, x)


@misconception(
    "numerical_gradient", "You nudge by half of h to each side; it is h to each side, and 2h below the line."
)
def half_the_width(f, x, h=1e-5):
    return right.numerical_gradient(f, x, h / 2)


@misconception(
    "numerical_gradient",
    "You do not put the entry back before you nudge the next one, so that later derivatives are taken somewhere else.",
)
def entries_not_put_back(f, x, h=1e-5):
    x = _floats(x).copy()
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += h
        above = f(x)
        x[i] -= 2 * h
        gradient[i] = (above - f(x)) / (2 * h)
    return gradient


@misconception("numerical_gradient", "Your sign is reversed: it is above minus below.")
def below_minus_above(f, x, h=1e-5):
    return -right.numerical_gradient(f, x, h)


@misconception("numerical_gradient", "Your gradient is flat; it has the shape of x.")
def gradient_flattened(f, x, h=1e-5):
    return right.numerical_gradient(f, x, h).ravel()


@misconception(
    "numerical_gradient",
    "You nudge whole numbers in their own dtype, where a nudge by h is cut off; make floats of x first.",
)
def nudge_cut_off(f, x, h=1e-5):
    x = np.array(x)
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        kept = x[i].item()
        x[i] = np.array(kept + h).astype(x.dtype)
        above = f(x)
        x[i] = np.array(kept - h).astype(x.dtype)
        gradient[i] = (above - f(x)) / (2 * h)
        x[i] = kept
    return gradient


@misconception(
    "numerical_gradient",
    "Your result takes over the dtype of x: with whole numbers the fractions are cut off.",
)
def gradient_in_input_dtype(f, x, h=1e-5):
    return right.numerical_gradient(f, x, h).astype(np.asarray(x).dtype)


@misconception("numerical_gradient", "You nudge the array that comes in, in place; nudge a copy.")
def point_nudged_in_place(f, x, h=1e-5):
    return _written_into(x, right.numerical_gradient(f, x, h))


# gradient_descent ----------------------------------------------------------------------------------------------------


def _path(grad, x0, steps, move):
    """The path whose next point is move(x, gradient at x, number of the step)."""
    path = [_floats(x0).copy()]
    for t in range(steps):
        path.append(move(path[-1], _floats(grad(path[-1].copy())), t))
    return np.array(path)


@misconception(
    "gradient_descent", "You go uphill: the gradient is subtracted. (The minus is hard to see on the slide.)"
)
def uphill(grad, x0, lr, steps):
    return _path(grad, x0, steps, lambda x, g, _: x + lr * g)


@misconception(
    "gradient_descent", "You take the gradient at x0 in every step; it is to be taken where you are by then."
)
def gradient_of_the_start(grad, x0, lr, steps):
    first = _floats(grad(_floats(x0).copy()))
    return _path(grad, x0, steps, lambda x, _, __: x - lr * first)


@misconception("gradient_descent", "Every step of yours starts at x0 again; it starts where the step before has ended.")
def always_from_the_start(grad, x0, lr, steps):
    path = right.gradient_descent(grad, x0, lr, min(steps, 1))
    return np.concatenate([path[:1], *[path[1:]] * steps])


@misconception("gradient_descent", "The start x0 is missing from your path; it is the first point.")
def start_missing(grad, x0, lr, steps):
    return np.array(list(right.gradient_descent(grad, x0, lr, steps)[1:]))


@misconception(
    "gradient_descent", "The point after the last step is missing from your path: there are steps + 1 points."
)
def end_missing(grad, x0, lr, steps):
    return np.array(list(right.gradient_descent(grad, x0, lr, steps)[:-1]))


@misconception("gradient_descent", "You make one step too many: x0 and `steps` steps make steps + 1 points.")
def one_step_too_many(grad, x0, lr, steps):
    return right.gradient_descent(grad, x0, lr, steps + 1)


@misconception("gradient_descent", "You return the last point alone; the whole path is asked for.")
def only_the_end(grad, x0, lr, steps):
    return right.gradient_descent(grad, x0, lr, steps)[-1]


@misconception(
    "gradient_descent",
    "All rows of your path are the last point: you put the same array in again and again, and change it in place.",
)
def rows_are_one_array(grad, x0, lr, steps):
    path = right.gradient_descent(grad, x0, lr, steps)
    return np.stack([path[-1]] * len(path))


@misconception("gradient_descent", "You subtract the whole gradient; the learning rate says how much of it.")
def rate_ignored(grad, x0, lr, steps):
    return right.gradient_descent(grad, x0, 1.0, steps)


@misconception(
    "gradient_descent", "Your steps all have the same length; their length is lr times that of the gradient."
)
def gradient_normalised(grad, x0, lr, steps):
    def move(x, g, _):
        return x - lr * g / (np.linalg.norm(g) or 1.0)

    return _path(grad, x0, steps, move)


@misconception("gradient_descent", "You use the sign of the gradient alone; its size counts too.")
def sign_of_the_gradient(grad, x0, lr, steps):
    return _path(grad, x0, steps, lambda x, g, _: x - lr * np.sign(g))


@misconception("gradient_descent", "Your learning rate falls from step to step; it stays as given.")
def rate_falls(grad, x0, lr, steps):
    return _path(grad, x0, steps, lambda x, g, t: x - lr / (t + 1) * g)


@misconception("gradient_descent", "You multiply x by the gradient; a minus was lost on the slide: x − lr · gradient.")
def product_for_difference(grad, x0, lr, steps):
    return _path(grad, x0, steps, lambda x, g, _: x * lr * g)


@misconception("gradient_descent", "You divide by the learning rate; the gradient is multiplied by it.")
def divided_by_the_rate(grad, x0, lr, steps):
    if lr == 0:
        raise ZeroDivisionError("division by zero")
    return right.gradient_descent(grad, x0, 1 / lr, steps)


@misconception("gradient_descent", "You return how x changes in each step; the points themselves are asked for.")
def changes_returned(grad, x0, lr, steps):
    return np.diff(right.gradient_descent(grad, x0, lr, steps), axis=0)


@misconception("gradient_descent", "Your path is written from its end to its start; x0 comes first.")
def path_reversed(grad, x0, lr, steps):
    return right.gradient_descent(grad, x0, lr, steps)[::-1].copy()


@misconception("gradient_descent", "A start of whole numbers gives a path of whole numbers: the fractions are cut off.")
def path_in_dtype_of_the_start(grad, x0, lr, steps):
    path = np.zeros((steps + 1, *np.shape(x0)), dtype=np.asarray(x0).dtype)
    path[0] = x0
    for t in range(steps):
        path[t + 1] = path[t] - lr * _floats(grad(path[t].copy()))
    return path


@misconception("gradient_descent", "You change x0 in place; work on a copy.")
def start_changed(grad, x0, lr, steps):
    path = right.gradient_descent(grad, x0, lr, steps)
    return _written_into(x0, path) if steps else path


# logistic_loss_and_grad ----------------------------------------------------------------------------------------------


def _with(loss=lambda loss, n: loss, dw=lambda dw, n: dw, db=lambda db, n: db):
    """The right function with its results changed, given the number of examples."""

    def wrong(X, y, w, b):
        results = right.logistic_loss_and_grad(X, y, w, b)
        return tuple(change(value, len(X)) for change, value in zip((loss, dw, db), results, strict=True))

    return wrong


def _with_loss(X, y, w, b, loss_of):
    """The right gradients, and another loss: the mean of loss_of(p, y), where p is rounded as floats are."""
    _, dw, db = right.logistic_loss_and_grad(X, y, w, b)
    p = right.sigmoid(_floats(X) @ _floats(w) + b)
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.mean(loss_of(p, _floats(y)))), dw, db


def _clipped(X, y, w, b, eps):
    def loss(p, y):
        p = np.clip(p, eps, 1 - eps)
        return -(y * np.log(p) + (1 - y) * np.log(1 - p))

    return _with_loss(X, y, w, b, loss)


def _clipped_everywhere(X, y, w, b, eps):
    """Loss and gradients, both from clipped probabilities."""
    X, y = _floats(X), _floats(y)
    dz = (np.clip(right.sigmoid(X @ _floats(w) + b), eps, 1 - eps) - y) / len(y)
    return _clipped(X, y, w, b, eps)[0], X.T @ dz, float(dz.sum())


def _plus(X, y, w, b, eps):
    return _with_loss(X, y, w, b, lambda p, y: -(y * np.log(p + eps) + (1 - y) * np.log(1 - p + eps)))


_CAPPED = "You clip the probabilities, so that no example costs more than {}. Compute the loss from z instead."
_ADDED = "You add a small number inside the logarithms, so that no example costs more than {}. Compute the loss from z."


@misconception(
    "logistic_loss_and_grad",
    "You take the logarithm of a probability that was rounded to 0 or 1: 0 · ln 0 is no number. Put the sigmoid into "
    "the loss on paper first; softplus(−z) and softplus(z) remain.",
)
def logarithm_of_rounded_probability(X, y, w, b):
    X, y = _floats(X), _floats(y)
    _, dw, db = right.logistic_loss_and_grad(X, y, w, b)
    p = right.sigmoid(X @ _floats(w) + b)
    with np.errstate(all="ignore"):
        return float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))), dw, db


@misconception("logistic_loss_and_grad", _CAPPED.format("34.5"))
def clipped_at_1e_15(X, y, w, b):
    return _clipped(X, y, w, b, 1e-15)


@misconception("logistic_loss_and_grad", _CAPPED.format("27.6"))
def clipped_at_1e_12(X, y, w, b):
    return _clipped(X, y, w, b, 1e-12)


@misconception("logistic_loss_and_grad", _CAPPED.format("23.0"))
def clipped_at_1e_10(X, y, w, b):
    return _clipped(X, y, w, b, 1e-10)


@misconception("logistic_loss_and_grad", _CAPPED.format("16.1"))
def clipped_at_1e_7(X, y, w, b):
    return _clipped(X, y, w, b, 1e-7)


@misconception("logistic_loss_and_grad", _CAPPED.format("23.0"))
def clipped_everywhere_at_1e_10(X, y, w, b):
    return _clipped_everywhere(X, y, w, b, 1e-10)


@misconception("logistic_loss_and_grad", _CAPPED.format("16.1"))
def clipped_everywhere_at_1e_7(X, y, w, b):
    return _clipped_everywhere(X, y, w, b, 1e-7)


@misconception("logistic_loss_and_grad", _ADDED.format("18.4"))
def eps_1e_8_added(X, y, w, b):
    return _plus(X, y, w, b, 1e-8)


@misconception("logistic_loss_and_grad", _ADDED.format("16.1"))
def eps_1e_7_added(X, y, w, b):
    return _plus(X, y, w, b, 1e-7)


@misconception("logistic_loss_and_grad", _ADDED.format("20.7"))
def eps_1e_9_added(X, y, w, b):
    return _plus(X, y, w, b, 1e-9)


@misconception(
    "logistic_loss_and_grad",
    "Your loss is infinite where p is rounded to 0: a hopeless example costs |z|. Compute the loss from z, not from p.",
)
def logarithm_of_zero(X, y, w, b):
    return _with_loss(X, y, w, b, lambda p, y: -np.log(np.where(y == 1, p, 1 - p)))


@misconception("logistic_loss_and_grad", "You add up over the examples, loss and gradients; a mean is asked for.")
def sums_for_means(X, y, w, b):
    return _with(*[lambda value, n: value * n] * 3)(X, y, w, b)


@misconception(
    "logistic_loss_and_grad", "Your loss is a mean but your gradients are sums; the loss's 1/N belongs to them too."
)
def gradients_summed(X, y, w, b):
    return _with(dw=lambda dw, n: dw * n, db=lambda db, n: db * n)(X, y, w, b)


@misconception("logistic_loss_and_grad", "Your db is a sum over the examples; it is a mean, as the loss is.")
def db_summed(X, y, w, b):
    return _with(db=lambda db, n: db * n)(X, y, w, b)


@misconception("logistic_loss_and_grad", "Your dw is a sum over the examples; it is a mean, as the loss is.")
def dw_summed(X, y, w, b):
    return _with(dw=lambda dw, n: dw * n)(X, y, w, b)


@misconception("logistic_loss_and_grad", "Your loss is a sum over the examples; a mean is asked for.")
def loss_summed(X, y, w, b):
    return _with(loss=lambda loss, n: loss * n)(X, y, w, b)


@misconception("logistic_loss_and_grad", "You divide the gradients by N twice.")
def averaged_twice(X, y, w, b):
    return _with(dw=lambda dw, n: dw / n, db=lambda db, n: db / n)(X, y, w, b)


@misconception(
    "logistic_loss_and_grad", "Your gradients have the opposite sign: the derivative at z is p − y, not y − p."
)
def y_minus_p(X, y, w, b):
    return _with(dw=lambda dw, _: -dw, db=lambda db, _: -db)(X, y, w, b)


@misconception(
    "logistic_loss_and_grad", "Your loss is negative: the logarithm of a probability is, so the loss has a minus."
)
def minus_forgotten(X, y, w, b):
    return _with(loss=lambda loss, _: -loss)(X, y, w, b)


@misconception("logistic_loss_and_grad", "You leave out the examples of class 0 in the loss; they cost −ln(1 − p).")
def only_positives_cost(X, y, w, b):
    X, y = _floats(X), _floats(y)
    costs = right.softplus(-(X @ _floats(w) + b))
    return (float(np.mean(y * costs)), *right.logistic_loss_and_grad(X, y, w, b)[1:])


@misconception("logistic_loss_and_grad", "You leave the bias out.")
def logistic_bias_ignored(X, y, w, b):
    return right.logistic_loss_and_grad(X, y, w, 0.0)


@misconception("logistic_loss_and_grad", "Your classes are swapped: p is the probability of class 1.")
def logistic_classes_swapped(X, y, w, b):
    return right.logistic_loss_and_grad(X, 1 - _floats(y), w, b)


@misconception("logistic_loss_and_grad", "Your logarithm is to base 2; the natural one is asked for.")
def loss_in_bits(X, y, w, b):
    return _with(loss=lambda loss, _: loss / np.log(2))(X, y, w, b)


@misconception("logistic_loss_and_grad", "Your loss is the squared error; the cross-entropy is asked for.")
def squared_error(X, y, w, b):
    return _with_loss(X, y, w, b, lambda p, y: (p - y) ** 2)


@misconception("logistic_loss_and_grad", "Your loss is half the squared error; the cross-entropy is asked for.")
def half_squared_error(X, y, w, b):
    return _with_loss(X, y, w, b, lambda p, y: 0.5 * (p - y) ** 2)


@misconception(
    "logistic_loss_and_grad",
    "You multiply the gradients by σ′ once more. It has cancelled out with the logarithm's derivative: p − y remains.",
)
def extra_sigmoid_derivative(X, y, w, b):
    X, y = _floats(X), _floats(y)
    p = right.sigmoid(X @ _floats(w) + b)
    dz = (p - y) * p * (1 - p) / len(y)
    return right.logistic_loss_and_grad(X, y, w, b)[0], X.T @ dz, float(dz.sum())


@misconception("logistic_loss_and_grad", "Your gradients take the answer, 0 or 1, where the probability belongs.")
def answers_for_probabilities(X, y, w, b):
    X, y = _floats(X), _floats(y)
    dz = (right.perceptron_predict(X, w, b) - y) / len(y)
    return right.logistic_loss_and_grad(X, y, w, b)[0], X.T @ dz, float(dz.sum())


@misconception("logistic_loss_and_grad", "Your gradients take z where the probability σ(z) belongs.")
def logits_for_probabilities(X, y, w, b):
    X, y = _floats(X), _floats(y)
    dz = (X @ _floats(w) + b - y) / len(y)
    return right.logistic_loss_and_grad(X, y, w, b)[0], X.T @ dz, float(dz.sum())


@misconception("logistic_loss_and_grad", "Your db holds a number per example; it is their mean, one number.")
def db_per_example(X, y, w, b):
    loss, dw, _ = right.logistic_loss_and_grad(X, y, w, b)
    return loss, dw, right.sigmoid(_floats(X) @ _floats(w) + b) - _floats(y)


@misconception("logistic_loss_and_grad", "Your loss holds a number per example; it is their mean, one number.")
def loss_per_example(X, y, w, b):
    z = _floats(X) @ _floats(w) + b
    costs = right.softplus(np.where(_floats(y) == 1, -z, z))
    return (costs, *right.logistic_loss_and_grad(X, y, w, b)[1:])


@misconception("logistic_loss_and_grad", "You divide by the number of inputs; the mean is over the examples.")
def divided_by_inputs(X, y, w, b):
    d = np.shape(X)[1]
    return _with(*[lambda value, n: value * n / d] * 3)(X, y, w, b)


@misconception("logistic_loss_and_grad", "You add a penalty for large weights; the loss is the cross-entropy alone.")
def weight_decay_added(X, y, w, b):
    loss, dw, db = right.logistic_loss_and_grad(X, y, w, b)
    return loss + 0.5 * float(_floats(w) @ _floats(w)), dw + _floats(w), db


# train_logistic ------------------------------------------------------------------------------------------------------


def _train(X, y, w0, b0, steps, move):
    """Training whose next weights are move(w, b, dw, db, number of the step)."""
    w, b, losses = _floats(w0).copy(), float(b0), []
    for t in range(steps):
        loss, dw, db = right.logistic_loss_and_grad(X, y, w, b)
        w, b = move(w, b, dw, db, t)
        losses.append(loss)
    return w, b, losses


@misconception("train_logistic", "Your losses are those after each step; losses[i] is the loss before step i.")
def losses_after_the_steps(X, y, w0, b0, lr, steps):
    w, b, losses = right.train_logistic(X, y, w0, b0, lr, steps)
    return w, b, [*losses[1:], right.logistic_loss_and_grad(X, y, w, b)[0]]


@misconception("train_logistic", "You return one loss too many: there are `steps` of them, each before its step.")
def last_loss_too(X, y, w0, b0, lr, steps):
    w, b, losses = right.train_logistic(X, y, w0, b0, lr, steps)
    return w, b, [*losses, right.logistic_loss_and_grad(X, y, w, b)[0]]


@misconception("train_logistic", "You go uphill: the gradients are subtracted.")
def training_uphill(X, y, w0, b0, lr, steps):
    return right.train_logistic(X, y, w0, b0, -lr, steps)


@misconception("train_logistic", "You subtract the whole gradient; the learning rate says how much of it.")
def training_without_rate(X, y, w0, b0, lr, steps):
    return right.train_logistic(X, y, w0, b0, 1.0, steps)


@misconception(
    "train_logistic", "Your steps are N times as large: the gradients are those of a mean over the examples."
)
def training_on_sums(X, y, w0, b0, lr, steps):
    return right.train_logistic(X, y, w0, b0, lr * len(X), steps)


@misconception("train_logistic", "Your steps are too small by a factor of N: the gradients are means already.")
def training_averaged_twice(X, y, w0, b0, lr, steps):
    return right.train_logistic(X, y, w0, b0, lr / len(X), steps)


@misconception("train_logistic", "Your bias never changes; it is learnt like the weights.")
def training_without_bias(X, y, w0, b0, lr, steps):
    return _train(X, y, w0, b0, steps, lambda w, b, dw, _, __: (w - lr * dw, b))


@misconception("train_logistic", "Your weights never change; only the bias is learnt.")
def only_the_bias_learnt(X, y, w0, b0, lr, steps):
    return _train(X, y, w0, b0, steps, lambda w, b, _, db, __: (w, b - lr * db))


@misconception("train_logistic", "You start from weights and bias of 0; w0 and b0 are given.")
def logistic_from_zero(X, y, w0, b0, lr, steps):
    return right.train_logistic(X, y, np.zeros(np.shape(w0)), 0.0, lr, steps)


@misconception("train_logistic", "You change w before you take the gradient for b; both are taken at the same point.")
def one_after_the_other(X, y, w0, b0, lr, steps):
    def move(w, b, dw, _, __):
        w = w - lr * dw
        return w, b - lr * right.logistic_loss_and_grad(X, y, w, b)[2]

    return _train(X, y, w0, b0, steps, move)


@misconception("train_logistic", "Each of your steps looks at one example; all of them take part in every step.")
def one_example_per_step(X, y, w0, b0, lr, steps):
    w, b, losses = _floats(w0).copy(), float(b0), []
    for t in range(steps):
        i = t % len(X)
        loss, dw, db = right.logistic_loss_and_grad(X[i : i + 1], y[i : i + 1], w, b)
        w, b = w - lr * dw, b - lr * db
        losses.append(loss)
    return w, b, losses


@misconception("train_logistic", "Your learning rate falls from step to step; it stays as given.")
def training_rate_falls(X, y, w0, b0, lr, steps):
    return _train(X, y, w0, b0, steps, lambda w, b, dw, db, t: (w - lr / (t + 1) * dw, b - lr / (t + 1) * db))


@misconception("train_logistic", "All steps of yours use the gradient of the start; take it where you are by then.")
def gradient_of_the_start_always(X, y, w0, b0, lr, steps):
    _, dw, db = right.logistic_loss_and_grad(X, y, w0, b0)
    return _train(X, y, w0, b0, steps, lambda w, b, *_: (w - lr * dw, b - lr * db))


@misconception("train_logistic", "You return the last loss alone; one per step is asked for.")
def last_loss_alone(X, y, w0, b0, lr, steps):
    w, b, losses = right.train_logistic(X, y, w0, b0, lr, steps)
    return w, b, losses[-1]


@misconception("train_logistic", "Your losses are sums over the examples; means are asked for.")
def losses_summed(X, y, w0, b0, lr, steps):
    w, b, losses = right.train_logistic(X, y, w0, b0, lr, steps)
    return w, b, [loss * len(X) for loss in losses]


@misconception("train_logistic", "You stop one step early: the weights are those after the last step.")
def last_step_missing(X, y, w0, b0, lr, steps):
    w, b, _ = right.train_logistic(X, y, w0, b0, lr, max(steps - 1, 0))
    return w, b, right.train_logistic(X, y, w0, b0, lr, steps)[2]


@misconception("train_logistic", "You change the weights that come in, in place; work on a copy of w0.")
def logistic_start_overwritten(X, y, w0, b0, lr, steps):
    return _written_into(w0, right.train_logistic(X, y, w0, b0, lr, steps))
