"""What goes wrong with where weights start, and with counting them: wrong functions, and a sentence for each.

There are none for `approximate`: its tests look at what the student's network does, and say that.
"""

import itertools

import numpy as np

from grader.diagnose import misconception
from reference import backprop as right

# Where weights start -------------------------------------------------------------------------------------------------


def _uniform(limit):
    """A uniform start whose limit, but for the gain, is limit(fan_in, fan_out)."""

    def start(fan_in, fan_out, rng, shape=None, gain=1.0):
        shape = (fan_in, fan_out) if shape is None else shape
        return gain * limit(fan_in, fan_out) * rng.uniform(-1, 1, shape)

    return start


def _normal(std):
    """A normal start whose standard deviation, but for the gain, is std(fan_in, fan_out)."""

    def start(fan_in, fan_out, rng, shape=None, gain=1.0):
        shape = (fan_in, fan_out) if shape is None else shape
        return gain * std(fan_in, fan_out) * rng.standard_normal(shape)

    return start


def _declare(exercise, name, says, wrong):
    wrong.__name__ = wrong.__qualname__ = name
    return misconception(exercise, says)(wrong)


_NOT_HERE = "{} Glorot's variance is 2 / (fan_in + fan_out)."

uniform_lecun = _declare(
    "glorot_uniform",
    "uniform_lecun",
    _NOT_HERE.format("Your variance is 1 / fan_in (LeCun's)."),
    _uniform(lambda fan_in, _: np.sqrt(3 / fan_in)),
)
uniform_he = _declare(
    "glorot_uniform",
    "uniform_he",
    _NOT_HERE.format("Your limit is √(6 / fan_in), and so your variance 2 / fan_in (He's)."),
    _uniform(lambda fan_in, _: np.sqrt(6 / fan_in)),
)
uniform_by_fan_out = _declare(
    "glorot_uniform",
    "uniform_by_fan_out",
    _NOT_HERE.format("Your limit is √(6 / fan_out): only half of what counts."),
    _uniform(lambda _, fan_out: np.sqrt(6 / fan_out)),
)
std_as_limit = _declare(
    "glorot_uniform",
    "std_as_limit",
    "You take the standard deviation, √(2 / (fan_in + fan_out)), for the limit. A uniform distribution's deviation is "
    "its limit divided by √3.",
    _uniform(lambda fan_in, fan_out: np.sqrt(2 / (fan_in + fan_out))),
)
uniform_of_one_fan_in = _declare(
    "glorot_uniform",
    "uniform_of_one_fan_in",
    _NOT_HERE.format("Your limit is 1 / √fan_in, an older rule."),
    _uniform(lambda fan_in, _: 1 / np.sqrt(fan_in)),
)
uniform_root_forgotten = _declare(
    "glorot_uniform",
    "uniform_root_forgotten",
    "You forgot the root: the limit is √(6 / (fan_in + fan_out)).",
    _uniform(lambda fan_in, fan_out: 6 / (fan_in + fan_out)),
)
uniform_mean_of_fans = _declare(
    "glorot_uniform",
    "uniform_mean_of_fans",
    "You divide 6 by the mean of the two fans; it is divided by their sum.",
    _uniform(lambda fan_in, fan_out: np.sqrt(12 / (fan_in + fan_out))),
)
uniform_product_of_fans = _declare(
    "glorot_uniform",
    "uniform_product_of_fans",
    "You divide by the product of the two fans; it is their sum.",
    _uniform(lambda fan_in, fan_out: np.sqrt(6 / (fan_in * fan_out))),
)
uniform_unscaled = _declare(
    "glorot_uniform",
    "uniform_unscaled",
    "Your weights lie between −1 and 1 (times the gain), whatever the fans; the limit depends on them.",
    _uniform(lambda *_: 1.0),
)


@misconception("glorot_uniform", "Your weights run from 0 to the limit; they run from −limit to limit.")
def only_positive_weights(fan_in, fan_out, rng, shape=None, gain=1.0):
    return np.abs(right.glorot_uniform(fan_in, fan_out, rng, shape, gain))


@misconception("glorot_uniform", "Your weights are normal; uniform ones are asked for, between −limit and limit.")
def normal_for_uniform(fan_in, fan_out, rng, shape=None, gain=1.0):
    return right.glorot_normal(fan_in, fan_out, rng, shape, gain)


@misconception("glorot_uniform", "You do not use the gain.")
def uniform_gain_ignored(fan_in, fan_out, rng, shape=None, gain=1.0):
    return right.glorot_uniform(fan_in, fan_out, rng, shape)


@misconception("glorot_uniform", "The gain is below your root; it stands in front of it: gain · √(…).")
def uniform_gain_below_the_root(fan_in, fan_out, rng, shape=None, gain=1.0):
    return right.glorot_uniform(fan_in, fan_out, rng, shape, np.sqrt(gain))


@misconception("glorot_uniform", "You ignore the shape that is given.")
def uniform_shape_ignored(fan_in, fan_out, rng, shape=None, gain=1.0):
    return right.glorot_uniform(fan_in, fan_out, rng, None, gain)


@misconception(
    "glorot_uniform", "Your default shape is (fan_out, fan_in), as in PyTorch; here it is (fan_in, fan_out)."
)
def uniform_transposed(fan_in, fan_out, rng, shape=None, gain=1.0):
    return right.glorot_uniform(fan_in, fan_out, rng, (fan_out, fan_in) if shape is None else shape, gain)


@misconception(
    "glorot_uniform", "You make a generator of your own; use `rng`, so that results can be repeated as asked."
)
def uniform_own_generator(fan_in, fan_out, rng, shape=None, gain=1.0):
    return right.glorot_uniform(fan_in, fan_out, np.random.default_rng(0), shape, gain)


normal_lecun = _declare(
    "glorot_normal",
    "normal_lecun",
    _NOT_HERE.format("Your variance is 1 / fan_in (LeCun's)."),
    _normal(lambda fan_in, _: np.sqrt(1 / fan_in)),
)
normal_he = _declare(
    "glorot_normal",
    "normal_he",
    _NOT_HERE.format("Your variance is 2 / fan_in (He's)."),
    _normal(lambda fan_in, _: np.sqrt(2 / fan_in)),
)
normal_by_fan_out = _declare(
    "glorot_normal",
    "normal_by_fan_out",
    _NOT_HERE.format("Your variance is 2 / fan_out: only half of what counts."),
    _normal(lambda _, fan_out: np.sqrt(2 / fan_out)),
)
limit_as_std = _declare(
    "glorot_normal",
    "limit_as_std",
    "You take the limit of the uniform distribution, √(6 / (fan_in + fan_out)), for the standard deviation; it is √3 "
    "times too large.",
    _normal(lambda fan_in, fan_out: np.sqrt(6 / (fan_in + fan_out))),
)
variance_as_std = _declare(
    "glorot_normal",
    "variance_as_std",
    "You pass the variance, 2 / (fan_in + fan_out), where the standard deviation is asked for: take the root.",
    _normal(lambda fan_in, fan_out: 2 / (fan_in + fan_out)),
)
normal_mean_of_fans = _declare(
    "glorot_normal",
    "normal_mean_of_fans",
    "You divide 2 by the mean of the two fans; it is divided by their sum.",
    _normal(lambda fan_in, fan_out: np.sqrt(4 / (fan_in + fan_out))),
)
normal_one_over_sum = _declare(
    "glorot_normal",
    "normal_one_over_sum",
    "Your variance is 1 / (fan_in + fan_out); it is twice that.",
    _normal(lambda fan_in, fan_out: np.sqrt(1 / (fan_in + fan_out))),
)
normal_unscaled = _declare(
    "glorot_normal",
    "normal_unscaled",
    "Your standard deviation is 1 (times the gain), whatever the fans; it depends on them.",
    _normal(lambda *_: 1.0),
)
always_a_hundredth = _declare(
    "glorot_normal",
    "always_a_hundredth",
    "Your standard deviation is 0.01 (times the gain), whatever the fans; it depends on them.",
    _normal(lambda *_: 0.01),
)


@misconception("glorot_normal", "Your weights are uniform; normal ones are asked for.")
def uniform_for_normal(fan_in, fan_out, rng, shape=None, gain=1.0):
    return right.glorot_uniform(fan_in, fan_out, rng, shape, gain)


@misconception("glorot_normal", "You do not use the gain.")
def normal_gain_ignored(fan_in, fan_out, rng, shape=None, gain=1.0):
    return right.glorot_normal(fan_in, fan_out, rng, shape)


@misconception("glorot_normal", "The gain is below your root; it stands in front of it: gain · √(…).")
def normal_gain_below_the_root(fan_in, fan_out, rng, shape=None, gain=1.0):
    return right.glorot_normal(fan_in, fan_out, rng, shape, np.sqrt(gain))


@misconception("glorot_normal", "You ignore the shape that is given.")
def normal_shape_ignored(fan_in, fan_out, rng, shape=None, gain=1.0):
    return right.glorot_normal(fan_in, fan_out, rng, None, gain)


@misconception("glorot_normal", "Your default shape is (fan_out, fan_in), as in PyTorch; here it is (fan_in, fan_out).")
def normal_transposed(fan_in, fan_out, rng, shape=None, gain=1.0):
    return right.glorot_normal(fan_in, fan_out, rng, (fan_out, fan_in) if shape is None else shape, gain)


@misconception(
    "glorot_normal", "You make a generator of your own; use `rng`, so that results can be repeated as asked."
)
def normal_own_generator(fan_in, fan_out, rng, shape=None, gain=1.0):
    return right.glorot_normal(fan_in, fan_out, np.random.default_rng(0), shape, gain)


# count_mlp_parameters ------------------------------------------------------------------------------------------------


def _sums(sizes, bias, weights_of, biases_of):
    sizes = [int(size) for size in sizes]
    return weights_of(sizes) + (biases_of(sizes) if bias else 0)


def _weights(sizes):
    return sum(before * after for before, after in itertools.pairwise(sizes))


@misconception("count_mlp_parameters", "You count no biases; each unit behind the inputs has one.")
def biases_not_counted(sizes, bias=True):
    return right.count_mlp_parameters(sizes, False)


@misconception("count_mlp_parameters", "You always count the biases; without them only the weights count.")
def biases_always_counted(sizes, bias=True):
    return right.count_mlp_parameters(sizes, True)


@misconception("count_mlp_parameters", "You count a bias per input of each layer; there is one per output.")
def bias_per_input(sizes, bias=True):
    return _sums(sizes, bias, _weights, lambda sizes: sum(sizes[:-1]))


@misconception("count_mlp_parameters", "You count biases of the inputs too; they are no units, and have none.")
def biases_of_the_inputs(sizes, bias=True):
    return _sums(sizes, bias, _weights, sum)


@misconception("count_mlp_parameters", "You count one bias per layer; there is one per unit.")
def bias_per_layer(sizes, bias=True):
    return _sums(sizes, bias, _weights, lambda sizes: len(sizes) - 1)


@misconception("count_mlp_parameters", "You count a bias for every weight.")
def bias_per_weight(sizes, bias=True):
    return _sums(sizes, bias, _weights, _weights)


@misconception("count_mlp_parameters", "You count no biases for the last layer; its units have some as well.")
def no_bias_of_the_outputs(sizes, bias=True):
    return _sums(sizes, bias, _weights, lambda sizes: sum(sizes[1:-1]))


@misconception("count_mlp_parameters", "You leave out the last layer.")
def last_layer_left_out(sizes, bias=True):
    return right.count_mlp_parameters(list(sizes)[:-1], bias)


@misconception("count_mlp_parameters", "You leave out the first layer.")
def first_layer_left_out(sizes, bias=True):
    return right.count_mlp_parameters(list(sizes)[1:], bias)


@misconception("count_mlp_parameters", "You add up the units; each has a weight per unit of the layer before it.")
def units_counted(sizes, bias=True):
    return sum(int(size) for size in sizes)


@misconception(
    "count_mlp_parameters", "You multiply all sizes with each other; only neighbouring layers are connected."
)
def product_of_all_sizes(sizes, bias=True):
    return _sums(sizes, bias, lambda sizes: int(np.prod(sizes, dtype=object)), lambda sizes: sum(sizes[1:]))


@misconception("count_mlp_parameters", "You connect every layer with all later ones; only neighbouring layers are.")
def all_layers_connected(sizes, bias=True):
    def weights(sizes):
        return sum(sizes[i] * sizes[j] for i in range(len(sizes)) for j in range(i + 1, len(sizes)))

    return _sums(sizes, bias, weights, lambda sizes: sum(sizes[1:]))


@misconception("count_mlp_parameters", "You add the sizes of neighbouring layers; they are multiplied.")
def neighbours_added(sizes, bias=True):
    def weights(sizes):
        return sum(before + after for before, after in itertools.pairwise(sizes))

    return _sums(sizes, bias, weights, lambda sizes: sum(sizes[1:]))


@misconception(
    "count_mlp_parameters", "You connect the inputs with the outputs directly; the hidden layers lie between."
)
def inputs_to_outputs(sizes, bias=True):
    return right.count_mlp_parameters([sizes[0], sizes[-1]], bias)


@misconception("count_mlp_parameters", "You count one hidden layer at most.")
def one_hidden_layer(sizes, bias=True):
    return right.count_mlp_parameters(list(sizes)[:3], bias)


@misconception("count_mlp_parameters", "You return a float; a count is a whole number.")
def count_as_a_float(sizes, bias=True):
    return float(right.count_mlp_parameters(sizes, bias))


@misconception("count_mlp_parameters", "You return the counts of the layers; their sum is asked for.")
def counts_per_layer(sizes, bias=True):
    return [right.count_mlp_parameters(pair, bias) for pair in itertools.pairwise(sizes)]
