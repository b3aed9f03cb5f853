# ruff: noqa: PLR0917 - the exercises take as many arguments as they need
"""What goes wrong with the perceptron and its rule: wrong functions that people really write, and a sentence for each.

Each is the right function with one step changed: mostly the oracle with other inputs, or with its result spoilt. `_fit`
and `_train` are right functions with the steps to change as arguments.
"""

import numpy as np

from grader.diagnose import misconception
from reference import perceptron as right


def _floats(a):
    return np.asarray(a, dtype=float)


def _scores(X, w, b):
    return _floats(X) @ _floats(w) + b


# perceptron_predict --------------------------------------------------------------------------------------------------


@misconception(
    "perceptron_predict",
    "You answer 1 where the weighted sum is exactly 0. The comparison is strict: on the line the class is 0.",
)
def line_is_positive(X, w, b=0.0):
    return (_scores(X, w, b) >= 0).astype(int)


@misconception("perceptron_predict", "Your classes are −1 and 1; here they are 0 and 1.")
def signs_returned(X, w, b=0.0):
    return 2 * right.perceptron_predict(X, w, b) - 1


@misconception("perceptron_predict", "You return the sign of the weighted sum; the classes are 0 and 1.")
def sign_with_zero(X, w, b=0.0):
    return np.sign(_scores(X, w, b)).astype(int)


@misconception("perceptron_predict", "You return True and False; the classes are the ints 1 and 0.")
def bools_returned(X, w, b=0.0):
    return _scores(X, w, b) > 0


@misconception("perceptron_predict", "Your classes are floats; ints are asked for.")
def classes_as_floats(X, w, b=0.0):
    return np.asarray(right.perceptron_predict(X, w, b)).astype(float)


@misconception("perceptron_predict", "You return the weighted sum itself; it is still to be compared with 0.")
def score_returned(X, w, b=0.0):
    return _scores(X, w, b)


@misconception("perceptron_predict", "You return a probability; the perceptron answers with a class, 0 or 1.")
def probability_returned(X, w, b=0.0):
    return right.sigmoid(_scores(X, w, b))


@misconception("perceptron_predict", "You leave the bias out of the weighted sum.")
def bias_ignored(X, w, b=0.0):
    return right.perceptron_predict(X, w)


@misconception("perceptron_predict", "You add the bias twice.")
def bias_added_twice(X, w, b=0.0):
    return right.perceptron_predict(X, w, 2 * b)


@misconception("perceptron_predict", "You take b for a threshold that w · x must exceed; a bias is added to w · x.")
def bias_as_threshold(X, w, b=0.0):
    return right.perceptron_predict(X, w, -b)


@misconception("perceptron_predict", "Your classes are swapped: class 1 is where the weighted sum is above 0.")
def classes_swapped(X, w, b=0.0):
    return (_scores(X, w, b) < 0).astype(int)


@misconception(
    "perceptron_predict", "You compare the weighted sum with a half; only a probability is compared with that."
)
def above_a_half(X, w, b=0.0):
    return (_scores(X, w, b) > 0.5).astype(int)


@misconception("perceptron_predict", "A single row gives an array of one class; a single int is asked for.")
def one_row_as_array(X, w, b=0.0):
    return np.atleast_1d(right.perceptron_predict(X, w, b))


@misconception("perceptron_predict", "You take every X for a table of examples; it may also be a single row (D,).")
def one_row_refused(X, w, b=0.0):
    if np.ndim(X) == 1:
        raise IndexError("tuple index out of range")
    return right.perceptron_predict(X, w, b)


# perceptron_update ---------------------------------------------------------------------------------------------------


def _step(w, b, x, y, predicted):
    """The rule with another prediction."""
    return _floats(w) + (y - predicted) * _floats(x), float(b + y - predicted)


@misconception(
    "perceptron_update",
    "You leave a positive example alone if its weighted sum is exactly 0. Its class comes out as 0 there, which is "
    "wrong: it must be added, or from weights of 0 nothing is ever learnt. (The slide's < should be ≤.)",
)
def slides_strict_rule(w, b, x, y):
    if y == 1 and _scores(x, w, b) == 0:
        return _floats(w).copy(), float(b)
    return right.perceptron_update(w, b, x, y)


@misconception(
    "perceptron_update",
    "You take an example exactly on the line for class 1. The class there is 0: positives are wrong, negatives right.",
)
def line_is_positive_in_update(w, b, x, y):
    return _step(w, b, x, y, int(_scores(x, w, b) >= 0))


@misconception(
    "perceptron_update",
    "You subtract a negative example that lies exactly on the line. Its class comes out as 0 there, which is right.",
)
def negatives_pushed_off_the_line(w, b, x, y):
    if y == 0 and _scores(x, w, b) == 0:
        return _step(w, b, x, y, 1)
    return right.perceptron_update(w, b, x, y)


@misconception("perceptron_update", "You learn from right answers too; where the answer is right, nothing changes.")
def learns_when_right(w, b, x, y):
    return _step(w, b, x, y, 1 - y)


@misconception(
    "perceptron_update",
    "You add y · x, whatever the answer was: that is Hebb's rule. Only a wrong answer changes anything, a negative "
    "example too.",
)
def hebbian(w, b, x, y):
    return _floats(w) + y * _floats(x), float(b) + y


@misconception("perceptron_update", "You add misclassified examples of both classes; negative ones are subtracted.")
def adds_both_classes(w, b, x, y):
    return _floats(w) + abs(y - right.perceptron_predict(x, w, b)) * _floats(x), float(
        b + abs(y - right.perceptron_predict(x, w, b))
    )


@misconception(
    "perceptron_update", "You learn from positive examples only; a misclassified negative one is subtracted."
)
def only_positives_learnt(w, b, x, y):
    return right.perceptron_update(w, b, x, y) if y == 1 else (_floats(w).copy(), float(b))


@misconception("perceptron_update", "You learn from negative examples only; a misclassified positive one is added.")
def only_negatives_learnt(w, b, x, y):
    return right.perceptron_update(w, b, x, y) if y == 0 else (_floats(w).copy(), float(b))


@misconception("perceptron_update", "Your step is twice as large: with classes 0 and 1 the error is 1, not 2.")
def step_doubled(w, b, x, y):
    error = 2 * (y - right.perceptron_predict(x, w, b))
    return _floats(w) + error * _floats(x), float(b + error)


@misconception("perceptron_update", "You go the wrong way: a missed positive example is added, not subtracted.")
def wrong_way(w, b, x, y):
    error = right.perceptron_predict(x, w, b) - y
    return _floats(w) + error * _floats(x), float(b + error)


@misconception(
    "perceptron_update",
    "You multiply w by x for a negative example. A minus was lost on the slide: it is w − x.",
)
def product_for_negatives(w, b, x, y):
    new_w, new_b = right.perceptron_update(w, b, x, y)
    return (_floats(w) * _floats(x), new_b) if new_b < b else (new_w, new_b)


@misconception("perceptron_update", "Your bias never changes; it learns like the weight of an input that is always 1.")
def bias_not_learnt(w, b, x, y):
    return right.perceptron_update(w, b, x, y)[0], float(b)


@misconception("perceptron_update", "Your bias moves the wrong way: it grows with a missed positive example.")
def bias_wrong_way(w, b, x, y):
    new_w, new_b = right.perceptron_update(w, b, x, y)
    return new_w, 2.0 * b - new_b


@misconception("perceptron_update", "You predict without the bias before you learn.")
def predicts_without_bias(w, b, x, y):
    return _step(w, b, x, y, right.perceptron_predict(x, w))


@misconception(
    "perceptron_update",
    "You step by the difference between y and the weighted sum; the perceptron compares y with its *answer*, 0 or 1.",
)
def delta_rule(w, b, x, y):
    return _step(w, b, x, y, _scores(x, w, b))


@misconception(
    "perceptron_update",
    "You step by the difference between y and a sigmoid; that is logistic regression, whose steps are fractions.",
)
def sigmoid_rule(w, b, x, y):
    return _step(w, b, x, y, float(right.sigmoid(_scores(x, w, b))))


@misconception("perceptron_update", "Your step is divided by the length of x; the rule adds x as it is.")
def normalised_step(w, b, x, y):
    x_unit = _floats(x) / (np.linalg.norm(_floats(x)) or 1.0)
    error = y - right.perceptron_predict(x, w, b)
    return _floats(w) + error * x_unit, float(b + error)


@misconception("perceptron_update", "You set the weights to the example; it is added to them.")
def weights_replaced(w, b, x, y):
    error = y - right.perceptron_predict(x, w, b)
    return (error * _floats(x) if error else _floats(w).copy()), float(b + error)


@misconception("perceptron_update", "You change the weights in place; the weights that come in must stay as they are.")
def weights_overwritten(w, b, x, y):
    error = y - right.perceptron_predict(x, w, b)
    w = np.asarray(w, dtype=float)
    w += error * _floats(x)
    return w, float(b + error)


@misconception("perceptron_update", "With weights of whole numbers your result is whole too; floats are asked for.")
def whole_weights_kept(w, b, x, y):
    new_w, new_b = right.perceptron_update(w, b, x, y)
    return new_w.astype(np.asarray(w).dtype), new_b


# perceptron_fit ------------------------------------------------------------------------------------------------------


def _plain(w, b, x, y):
    return right.perceptron_update(w, b, x, y)


def _fit(X, y, w0, b0, order, update=_plain):
    """Looks at the examples of `order` by another rule; every change of w or b counts."""
    X, y = _floats(X), np.asarray(y)
    w, b, n_updates = _floats(w0).copy(), float(b0), 0
    for i in order:
        new_w, new_b = update(w, b, X[i], y[i])
        n_updates += new_b != b or bool(np.any(new_w != w))
        w, b = new_w, new_b
    return w, b, int(n_updates)


@misconception(
    "perceptron_fit",
    "You take all answers from the weights of the start; each look uses the weights as they are by then.",
)
def whole_batch(X, y, w0, b0, order, stop_when_clean=True):
    errors = np.asarray(y) - right.perceptron_predict(X, w0, b0)
    w, b = _floats(w0).copy(), float(b0)
    for i in order:
        w, b = w + errors[i] * _floats(X)[i], b + float(errors[i])
    return w, b, int(sum(abs(errors[i]) for i in order))


@misconception("perceptron_fit", "You walk through the examples from first to last; `order` says which comes when.")
def order_ignored(X, y, w0, b0, order, stop_when_clean=True):
    return right.perceptron_fit(X, y, w0, b0, [k % len(X) for k in range(len(order))])


@misconception("perceptron_fit", "You look at each example once, in their own order; `order` is what counts.")
def one_pass(X, y, w0, b0, order, stop_when_clean=True):
    return right.perceptron_fit(X, y, w0, b0, range(len(X)))


@misconception("perceptron_fit", "You look at each example of `order` once; those that come up again are seen again.")
def each_once(X, y, w0, b0, order, stop_when_clean=True):
    return right.perceptron_fit(X, y, w0, b0, list(dict.fromkeys(int(i) for i in order)))


@misconception(
    "perceptron_fit",
    "You stop at the first example that is classified right; learning ends when *all* of them are.",
)
def stops_at_a_right_answer(X, y, w0, b0, order, stop_when_clean=True):
    looked = []
    for i in order:
        w, b, _ = right.perceptron_fit(X, y, w0, b0, looked)
        if right.perceptron_predict(_floats(X)[i], w, b) == np.asarray(y)[i]:
            break
        looked.append(i)
    return right.perceptron_fit(X, y, w0, b0, looked)


@misconception("perceptron_fit", "You stop after the first update; it goes on to the end of `order`.")
def stops_after_one_update(X, y, w0, b0, order, stop_when_clean=True):
    for k in range(len(order) + 1):
        w, b, n_updates = right.perceptron_fit(X, y, w0, b0, order[:k])
        if n_updates:
            break
    return w, b, n_updates


@misconception("perceptron_fit", "You count the looks; what counts are the looks that changed something.")
def looks_counted(X, y, w0, b0, order, stop_when_clean=True):
    w, b, _ = right.perceptron_fit(X, y, w0, b0, order)
    return w, b, len(order)


@misconception(
    "perceptron_fit", "You count the looks up to the end of learning; only those that changed something count."
)
def looks_counted_until_clean(X, y, w0, b0, order, stop_when_clean=True):
    w, b, n_updates = right.perceptron_fit(X, y, w0, b0, order)
    looked = len(order)
    if stop_when_clean and n_updates and right.perceptron_accuracy(X, y, w, b) == 1.0:
        looked = next(k for k in range(len(order) + 1) if right.perceptron_fit(X, y, w0, b0, order[:k])[2] == n_updates)
    return w, b, looked


@misconception("perceptron_fit", "You count right answers; updates are to be counted.")
def right_answers_counted(X, y, w0, b0, order, stop_when_clean=True):
    w, b, n_updates = right.perceptron_fit(X, y, w0, b0, order)
    return w, b, len(order) - n_updates


@misconception(
    "perceptron_fit",
    "You never learn from a positive example on the line. Its class comes out as 0 there, so that it is misclassified.",
)
def fit_by_the_slides_strict_rule(X, y, w0, b0, order, stop_when_clean=True):
    return _fit(X, y, w0, b0, order, slides_strict_rule)


@misconception(
    "perceptron_fit",
    "You take examples exactly on the line for class 1; there the class is 0.",
)
def fit_with_line_positive(X, y, w0, b0, order, stop_when_clean=True):
    return _fit(X, y, w0, b0, order, line_is_positive_in_update)


@misconception("perceptron_fit", "You start from weights and bias of 0; w0 and b0 are given.")
def starts_from_zero(X, y, w0, b0, order, stop_when_clean=True):
    return right.perceptron_fit(X, y, np.zeros(np.shape(w0)), 0.0, order)


@misconception("perceptron_fit", "You start with a bias of 0; b0 is given.")
def starts_without_bias(X, y, w0, b0, order, stop_when_clean=True):
    return right.perceptron_fit(X, y, w0, 0.0, order)


@misconception("perceptron_fit", "Your bias never changes; it learns like the weight of an input that is always 1.")
def fit_without_bias(X, y, w0, b0, order, stop_when_clean=True):
    return _fit(X, y, w0, b0, order, bias_not_learnt)


@misconception("perceptron_fit", "You learn from positive examples only; misclassified negative ones are subtracted.")
def fit_on_positives(X, y, w0, b0, order, stop_when_clean=True):
    return _fit(X, y, w0, b0, order, only_positives_learnt)


@misconception("perceptron_fit", "Your steps are twice as large: with classes 0 and 1 the error is 1, not 2.")
def fit_with_double_steps(X, y, w0, b0, order, stop_when_clean=True):
    return _fit(X, y, w0, b0, order, step_doubled)


@misconception("perceptron_fit", "You go the wrong way: a missed positive example is added, not subtracted.")
def fit_the_wrong_way(X, y, w0, b0, order, stop_when_clean=True):
    return _fit(X, y, w0, b0, order, wrong_way)


@misconception(
    "perceptron_fit", "You step by the difference between y and the weighted sum, not between y and the answer."
)
def fit_by_the_delta_rule(X, y, w0, b0, order, stop_when_clean=True):
    return _fit(X, y, w0, b0, order, delta_rule)


@misconception("perceptron_fit", "You leave out the last look of `order`.")
def last_look_missing(X, y, w0, b0, order, stop_when_clean=True):
    return right.perceptron_fit(X, y, w0, b0, order[:-1])


@misconception("perceptron_fit", "You change the weights that come in, in place; work on a copy of w0.")
def start_overwritten(X, y, w0, b0, order, stop_when_clean=True):
    w, b, n_updates = right.perceptron_fit(X, y, w0, b0, order)
    if n_updates and isinstance(w0, np.ndarray) and not w0.flags.writeable:
        raise ValueError("output array is read-only")
    return w, b, n_updates


# train_perceptron ----------------------------------------------------------------------------------------------------


def _train(X, y, orders, w0, b0, fit=right.perceptron_fit, stop=True, carry=True):
    """Epochs by another pass; without `stop` all of them, without `carry` each from the start."""
    w, b, updates = _floats(w0).copy(), float(b0), []
    for order in orders:
        w, b, n_updates = fit(X, y, w, b, order) if carry else fit(X, y, w0, b0, order)
        updates.append(n_updates)
        if stop and n_updates == 0:
            break
    return w, b, updates


@misconception(
    "train_perceptron", "You go on after an epoch without an update; nothing can change any more, so stop there."
)
def never_stops(X, y, orders, w0, b0):
    return _train(X, y, orders, w0, b0, stop=False)


@misconception(
    "train_perceptron", "The 0 of the epoch without an update is missing from your counts; it is the last one."
)
def last_zero_missing(X, y, orders, w0, b0):
    w, b, updates = _train(X, y, orders, w0, b0)
    return w, b, updates[:-1] if updates and updates[-1] == 0 else updates


@misconception("train_perceptron", "Your counts add up over the epochs; each is to count the updates of its own epoch.")
def counts_added_up(X, y, orders, w0, b0):
    w, b, updates = _train(X, y, orders, w0, b0)
    return w, b, [int(n) for n in np.cumsum(updates)]


@misconception(
    "train_perceptron",
    "You count the examples that are still wrong after the epoch; the updates during it are asked for.",
)
def errors_counted(X, y, orders, w0, b0):
    w, b, errors = _floats(w0).copy(), float(b0), []
    for order in orders:
        w, b, _ = right.perceptron_fit(X, y, w, b, order)
        errors.append(int(np.sum(right.perceptron_predict(X, w, b) != np.asarray(y))))
        if errors[-1] == 0:
            break
    return w, b, errors


@misconception(
    "train_perceptron",
    "You stop as soon as everything is classified right. An epoch without an update ends it, and has its own count, 0.",
)
def stops_once_clean(X, y, orders, w0, b0):
    w, b, updates = _floats(w0).copy(), float(b0), []
    for order in orders:
        w, b, n_updates = right.perceptron_fit(X, y, w, b, order)
        updates.append(n_updates)
        if right.perceptron_accuracy(X, y, w, b) == 1.0:
            break
    return w, b, updates


@misconception("train_perceptron", "Every epoch of yours follows the first order; each has an order of its own.")
def first_order_always(X, y, orders, w0, b0):
    return _train(X, y, [orders[0]] * len(orders), w0, b0)


@misconception("train_perceptron", "You walk through the examples from first to last; the orders say which comes when.")
def orders_ignored(X, y, orders, w0, b0):
    return _train(X, y, [range(len(order)) for order in orders], w0, b0)


@misconception("train_perceptron", "Every epoch of yours starts from w0 and b0; it should go on from the epoch before.")
def every_epoch_from_the_start(X, y, orders, w0, b0):
    return _train(X, y, orders, w0, b0, carry=False)


@misconception("train_perceptron", "You start from weights and bias of 0; w0 and b0 are given.")
def training_starts_from_zero(X, y, orders, w0, b0):
    return _train(X, y, orders, np.zeros(np.shape(w0)), 0.0)


@misconception(
    "train_perceptron",
    "You take all answers of an epoch from the weights at its start; each look uses the weights as they are by then.",
)
def batch_epochs(X, y, orders, w0, b0):
    return _train(X, y, orders, w0, b0, whole_batch)


@misconception(
    "train_perceptron",
    "You never learn from a positive example on the line. Its class comes out as 0 there, so that it is misclassified.",
)
def trains_by_the_slides_strict_rule(X, y, orders, w0, b0):
    return _train(X, y, orders, w0, b0, fit_by_the_slides_strict_rule)


@misconception("train_perceptron", "You take examples exactly on the line for class 1; there the class is 0.")
def trains_with_line_positive(X, y, orders, w0, b0):
    return _train(X, y, orders, w0, b0, fit_with_line_positive)


@misconception("train_perceptron", "Your bias never changes; it learns like the weight of an input that is always 1.")
def trains_without_bias(X, y, orders, w0, b0):
    return _train(X, y, orders, w0, b0, fit_without_bias)


@misconception("train_perceptron", "You count the epochs' looks; what counts are the looks that changed something.")
def epochs_looks_counted(X, y, orders, w0, b0):
    w, b, updates = _train(X, y, orders, w0, b0)
    return w, b, [len(order) for order, _ in zip(orders, updates, strict=False)]


@misconception("train_perceptron", "You return the updates of all epochs together; one number per epoch is asked for.")
def total_returned(X, y, orders, w0, b0):
    w, b, updates = _train(X, y, orders, w0, b0)
    return w, b, int(sum(updates))


@misconception(
    "train_perceptron", "You return the mean of the weights over the epochs; those after the last are asked for."
)
def weights_averaged(X, y, orders, w0, b0):
    w, b, updates = _train(X, y, orders, w0, b0)
    ends = [_train(X, y, orders[: k + 1], w0, b0) for k in range(len(updates))]
    if ends:
        w, b = np.mean([end[0] for end in ends], axis=0), float(np.mean([end[1] for end in ends]))
    return w, b, updates


@misconception("train_perceptron", "You change the weights that come in, in place; work on a copy of w0.")
def training_overwrites_start(X, y, orders, w0, b0):
    w, b, updates = _train(X, y, orders, w0, b0)
    if any(updates) and isinstance(w0, np.ndarray) and not w0.flags.writeable:
        raise ValueError("output array is read-only")
    return w, b, updates
