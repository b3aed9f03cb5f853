"""What goes wrong with activation functions and their derivatives: wrong functions, and a sentence for each.

Each is the right function with one step changed. Those of `activation_grad` spoil one kind and leave the others right.
"""

import numpy as np

from grader.diagnose import misconception
from reference import perceptron as right


def _floats(z):
    return np.asarray(z, dtype=float)


def _exp(z):
    """Raise e to the power z, without a warning where that is infinite."""
    with np.errstate(over="ignore"):
        return np.exp(_floats(z))


def _over(a, b):
    with np.errstate(divide="ignore", invalid="ignore"):
        return a / b


def _in_dtype_of(z, result):
    """The result as it comes out of a buffer with the dtype of z."""
    return result.astype(np.asarray(z).dtype)


def _written_into(z, result):
    """The result of a function that works in the array z that it was given."""
    if isinstance(z, np.ndarray) and z.ndim and not z.flags.writeable:
        raise ValueError("assignment destination is read-only")
    return result


# sigmoid -------------------------------------------------------------------------------------------------------------


@misconception(
    "sigmoid",
    "You divide e^z by 1 + e^z; at 1000 both are infinite for a computer, and their quotient is no number.",
)
def sigmoid_overflows(z):
    with np.errstate(invalid="ignore"):
        return _exp(z) / (1 + _exp(z))


@misconception(
    "sigmoid",
    "You have 1 − e^−z below the line, as on the slide, where a sign is wrong: it is 1 + e^−z, always above 1.",
)
def slides_sign(z):
    return _over(1.0, 1.0 - _exp(-_floats(z)))


@misconception("sigmoid", "You have e^z below the line; it is e^−z. So your function falls where it should rise.")
def falling_sigmoid(z):
    return right.sigmoid(-_floats(z))


@misconception("sigmoid", "You compute the derivative of the sigmoid; the sigmoid itself is asked for.")
def sigmoid_derivative(z):
    return right.activation_grad("sigmoid", z)


@misconception("sigmoid", "Your function runs from −1 to 1: that is a tanh. The sigmoid runs from 0 to 1.")
def sigmoid_as_tanh(z):
    return right.tanh(z)


@misconception("sigmoid", "You round the probability to a class; the probability itself is asked for.")
def sigmoid_rounded(z):
    return right.step(z)


@misconception("sigmoid", "You divide by the sum over all entries: that is a softmax. Each entry is on its own here.")
def normalised_over_entries(z):
    z = _floats(z)
    exps = np.exp(z - z.max())
    return exps / exps.sum()


@misconception("sigmoid", "You raise 2 to a power, not e.")
def sigmoid_base_two(z):
    return right.sigmoid(np.log(2) * _floats(z))


@misconception("sigmoid", "Your curve is a broken line; the sigmoid is 1 / (1 + e^−z).")
def hard_sigmoid(z):
    return np.clip(0.2 * _floats(z) + 0.5, 0.0, 1.0)


@misconception("sigmoid", "You forgot the exponential: 1 / (1 + e^−z).")
def sigmoid_without_exp(z):
    return _over(1.0, 1.0 - _floats(z))


@misconception("sigmoid", "Your result takes over the dtype of z: with whole numbers the fractions are cut off.")
def sigmoid_in_input_dtype(z):
    return _in_dtype_of(z, right.sigmoid(z))


@misconception("sigmoid", "You work in the array that comes in; it must stay as it is.")
def sigmoid_in_place(z):
    return _written_into(z, right.sigmoid(z))


# tanh ----------------------------------------------------------------------------------------------------------------


@misconception(
    "tanh",
    "You divide e^z − e^−z by e^z + e^−z; at 1000 both are infinite for a computer, and their quotient is no number.",
)
def tanh_overflows(z):
    up, down = _exp(z), _exp(-_floats(z))
    with np.errstate(invalid="ignore"):
        return (up - down) / (up + down)


@misconception("tanh", "You compute 2σ(z) − 1, that is tanh(z/2); with 2σ(2z) − 1 the factor inside counts too.")
def half_the_argument(z):
    return right.tanh(_floats(z) / 2)


@misconception("tanh", "You compute the derivative of tanh; tanh itself is asked for.")
def tanh_derivative(z):
    return right.activation_grad("tanh", z)


@misconception("tanh", "You compute a sigmoid, from 0 to 1; tanh runs from −1 to 1.")
def tanh_as_sigmoid(z):
    return right.sigmoid(z)


@misconception("tanh", "You compute σ(2z); tanh is twice that, less 1.")
def unscaled_sigmoid(z):
    return right.sigmoid(2 * _floats(z))


@misconception("tanh", "Your tanh is upside down: it rises from −1 to 1.")
def falling_tanh(z):
    return -right.tanh(z)


@misconception("tanh", "You compute the hyperbolic sine; it is still to be divided by the cosine.")
def hyperbolic_sine(z):
    with np.errstate(over="ignore"):
        return np.sinh(_floats(z))


@misconception("tanh", "You divide the sum by the difference; it is the difference by the sum.")
def inverse_fraction(z):
    return _over(1.0, right.tanh(z))


@misconception("tanh", "You compute the tangent of an angle; the hyperbolic one is asked for.")
def tangent(z):
    return np.tan(_floats(z))


@misconception("tanh", "You cut z off at −1 and 1; tanh bends smoothly towards them.")
def hard_tanh(z):
    return np.clip(_floats(z), -1.0, 1.0)


@misconception("tanh", "Your result takes over the dtype of z: with whole numbers the fractions are cut off.")
def tanh_in_input_dtype(z):
    return _in_dtype_of(z, right.tanh(z))


@misconception("tanh", "You work in the array that comes in; it must stay as it is.")
def tanh_in_place(z):
    return _written_into(z, right.tanh(z))


# relu ----------------------------------------------------------------------------------------------------------------


@misconception("relu", "You drop the signs; negative numbers become 0.")
def relu_as_magnitude(z):
    return np.abs(_floats(z))


@misconception("relu", "You keep the negative numbers and cut off the positive ones; it is the other way round.")
def negatives_kept(z):
    return np.minimum(_floats(z), 0.0)


@misconception("relu", "You let a hundredth of the negative numbers through: that is the leaky relu.")
def relu_leaks(z):
    return right.leaky_relu(z)


@misconception("relu", "You return 1 for positive numbers; they stay as they are.")
def relu_as_step(z):
    return right.step(z)


@misconception("relu", "You cut off above 1 too; positive numbers stay as they are, however large.")
def cut_off_above_one(z):
    return np.clip(_floats(z), 0.0, 1.0)


@misconception("relu", "You cut off above 6 too; positive numbers stay as they are, however large.")
def cut_off_above_six(z):
    return np.clip(_floats(z), 0.0, 6.0)


@misconception("relu", "You compute the softplus, which has a round corner; the relu's is sharp.")
def relu_as_softplus(z):
    return right.softplus(z)


@misconception("relu", "You return one number, the largest of all; each entry is on its own.")
def largest_of_all(z):
    return np.maximum(_floats(z).max(), 0.0)


@misconception("relu", "You leave out the entries that are not positive; they become 0, and the shape stays.")
def entries_left_out(z):
    z = _floats(z)
    return z[z > 0]


@misconception("relu", "With whole numbers your result is whole too; floats are asked for.")
def relu_in_input_dtype(z):
    return _in_dtype_of(z, right.relu(z))


@misconception("relu", "You work in the array that comes in; it must stay as it is.")
def relu_in_place(z):
    return _written_into(z, right.relu(z))


# leaky_relu ----------------------------------------------------------------------------------------------------------


@misconception("leaky_relu", "You compare z with the slope itself, max(z, slope); it is multiplied by z.")
def slope_as_floor(z, slope=0.01):
    return np.maximum(_floats(z), slope)


@misconception("leaky_relu", "You use 0.01, whatever slope is given.")
def slope_ignored(z, slope=0.01):
    return right.leaky_relu(z)


@misconception("leaky_relu", "You set negative numbers to 0: that is the plain relu.")
def not_leaky(z, slope=0.01):
    return right.relu(z)


@misconception(
    "leaky_relu", "You multiply the positive numbers by the slope, where the larger of z and slope · z is right."
)
def slope_for_positives(z, slope=0.01):
    z = _floats(z)
    return np.where(z > 0, slope * z, z)


@misconception("leaky_relu", "You multiply all numbers by the slope; positive ones stay as they are.")
def slope_for_all(z, slope=0.01):
    return slope * _floats(z)


@misconception("leaky_relu", "Your negative numbers come out positive; the sign stays.")
def leak_with_wrong_sign(z, slope=0.01):
    z = _floats(z)
    return np.where(z > 0, z, -slope * z)


@misconception("leaky_relu", "You return the slopes, 1 and the given one: that is the derivative.")
def slopes_returned(z, slope=0.01):
    return np.where(_floats(z) > 0, 1.0, float(slope))


@misconception("leaky_relu", "You return the slope itself for negative numbers; it is multiplied by z.")
def slope_not_multiplied(z, slope=0.01):
    z = _floats(z)
    return np.where(z > 0, z, float(slope))


@misconception("leaky_relu", "You divide by the slope; negative numbers are multiplied by it.")
def divided_by_slope(z, slope=0.01):
    z = _floats(z)
    return np.where(z > 0, z, _over(z, float(slope)))


@misconception("leaky_relu", "Your result takes over the dtype of z: with whole numbers the fractions are cut off.")
def leaky_in_input_dtype(z, slope=0.01):
    return _in_dtype_of(z, right.leaky_relu(z, slope))


@misconception("leaky_relu", "You work in the array that comes in; it must stay as it is.")
def leaky_in_place(z, slope=0.01):
    return _written_into(z, right.leaky_relu(z, slope))


# step ----------------------------------------------------------------------------------------------------------------


@misconception("step", "You return 1 at exactly 0; the step is at numbers above 0.")
def one_at_zero(z):
    return (_floats(z) >= 0).astype(float)


@misconception("step", "You return a half at exactly 0; it is 0 there.")
def half_at_zero(z):
    return np.heaviside(_floats(z), 0.5)


@misconception("step", "You return the sign, −1, 0 or 1; the step is from 0 to 1.")
def sign_returned(z):
    return np.sign(_floats(z))


@misconception("step", "Your step is from −1 to 1; it is from 0 to 1.")
def step_from_minus_one(z):
    return 2 * right.step(z) - 1


@misconception("step", "Your step is the wrong way round: positive numbers give 1.")
def step_down(z):
    return (_floats(z) < 0).astype(float)


@misconception("step", "Your step down is the wrong way round: numbers above 0 give 1, all others 0.")
def step_complement(z):
    return 1.0 - right.step(z)


@misconception("step", "Your step stands at a half, where a probability has it; here it stands at 0.")
def step_at_a_half(z):
    return (_floats(z) > 0.5).astype(float)


@misconception("step", "You return True and False; 1.0 and 0.0 are asked for.")
def step_as_bools(z):
    return _floats(z) > 0


@misconception("step", "You return ints; floats are asked for.")
def step_as_ints(z):
    return (_floats(z) > 0).astype(int)


@misconception("step", "You let positive numbers through: that is the relu. The step gives 1 for them.")
def step_as_relu(z):
    return right.relu(z)


@misconception("step", "Your step is smooth: that is the sigmoid.")
def step_as_sigmoid(z):
    return right.sigmoid(z)


@misconception("step", "You work in the array that comes in; it must stay as it is.")
def step_in_place(z):
    return _written_into(z, right.step(z))


# softplus ------------------------------------------------------------------------------------------------------------


@misconception("softplus", "Your result overflows: e^1000 is infinite, but ln(1 + e^1000) is 1000. Find another form.")
def softplus_overflows(z):
    return np.log1p(_exp(z))


@misconception("softplus", "Your corner is sharp: that is the relu.")
def softplus_as_relu(z):
    return right.relu(z)


@misconception("softplus", "You have e^−z where e^z is meant, so that your function falls.")
def falling_softplus(z):
    return right.softplus(-_floats(z))


@misconception("softplus", "You leave out a term: ln(1 + e^−|z|) is right for negative z only.")
def only_for_negatives(z):
    return np.log1p(np.exp(-np.abs(_floats(z))))


@misconception("softplus", "You compute the derivative, which is the sigmoid; the softplus itself is asked for.")
def softplus_derivative(z):
    return right.sigmoid(z)


@misconception("softplus", "Your logarithm is to base 2; the natural one is asked for.")
def binary_logarithm(z):
    return right.softplus(z) / np.log(2)


@misconception("softplus", "Your logarithm is to base 10; the natural one is asked for.")
def decimal_logarithm(z):
    return right.softplus(z) / np.log(10)


@misconception("softplus", "You forgot the 1: ln(e^z) is just z.")
def one_forgotten(z):
    return _floats(z).copy()


@misconception("softplus", "You forgot the logarithm.")
def logarithm_forgotten(z):
    return 1.0 + _exp(z)


@misconception("softplus", "Your result takes over the dtype of z: with whole numbers the fractions are cut off.")
def softplus_in_input_dtype(z):
    return _in_dtype_of(z, right.softplus(z))


@misconception("softplus", "You work in the array that comes in; it must stay as it is.")
def softplus_in_place(z):
    return _written_into(z, right.softplus(z))


# activation_grad -----------------------------------------------------------------------------------------------------


def _but(wrong_kind, kind, z, derivative):
    """The right derivatives, but for one kind."""
    return derivative(_floats(z)) if kind == wrong_kind else right.activation_grad(kind, z)


@misconception(
    "activation_grad",
    "You compute z(1 − z) for the sigmoid. That formula is for its output σ(z); what you are given is its input z.",
)
def sigmoid_formula_fed_the_input(kind, z):
    return _but("sigmoid", kind, z, lambda z: z * (1 - z))


@misconception(
    "activation_grad",
    "You compute 1 − z² for tanh. That formula is for its output tanh(z); what you are given is its input z.",
)
def tanh_formula_fed_the_input(kind, z):
    return _but("tanh", kind, z, lambda z: 1 - z**2)


@misconception(
    "activation_grad",
    "For sigmoid and tanh you put the input z into formulas that are written for the output: σ(1 − σ) and 1 − tanh².",
)
def formulas_fed_the_input(kind, z):
    return sigmoid_formula_fed_the_input(kind, z) if kind == "sigmoid" else tanh_formula_fed_the_input(kind, z)


@misconception(
    "activation_grad",
    "You apply the sigmoid twice: its derivative is taken at z, not at the output σ(z).",
)
def sigmoid_derivative_at_the_output(kind, z):
    return _but("sigmoid", kind, z, lambda z: right.activation_grad("sigmoid", right.sigmoid(z)))


@misconception("activation_grad", "You apply tanh twice: its derivative is taken at z, not at the output tanh(z).")
def tanh_derivative_at_the_output(kind, z):
    return _but("tanh", kind, z, lambda z: right.activation_grad("tanh", right.tanh(z)))


@misconception("activation_grad", "You return the functions themselves; their derivatives are asked for.")
def functions_returned(kind, z):
    return getattr(right, kind)(z)


@misconception("activation_grad", "You return σ(z) for the sigmoid; the derivative has a second factor.")
def sigmoid_itself(kind, z):
    return _but("sigmoid", kind, z, right.sigmoid)


@misconception("activation_grad", "The derivative of tanh is 1 minus the *square* of tanh.")
def tanh_not_squared(kind, z):
    return _but("tanh", kind, z, lambda z: 1 - right.tanh(z))


@misconception(
    "activation_grad", "The derivative of tanh is 1 − tanh², not tanh (1 − tanh): that would be the sigmoid's."
)
def tanh_like_sigmoid(kind, z):
    return _but("tanh", kind, z, lambda z: right.tanh(z) * (1 - right.tanh(z)))


@misconception("activation_grad", "The derivative of tanh is 1 − tanh²; the sign of the square is a minus.")
def tanh_with_plus(kind, z):
    return _but("tanh", kind, z, lambda z: 1 + right.tanh(z) ** 2)


@misconception("activation_grad", "The derivative of the sigmoid is σ(1 − σ); the sign is a minus.")
def sigmoid_with_plus(kind, z):
    return _but("sigmoid", kind, z, lambda z: right.sigmoid(z) * (1 + right.sigmoid(z)))


@misconception("activation_grad", "Your relu has derivative 1 at z = 0; here it is 0 at the kink.")
def relu_one_at_zero(kind, z):
    return _but("relu", kind, z, lambda z: (z >= 0).astype(float))


@misconception("activation_grad", "Your relu has derivative ½ at z = 0; here it is 0 at the kink.")
def relu_half_at_zero(kind, z):
    return _but("relu", kind, z, lambda z: np.heaviside(z, 0.5))


@misconception("activation_grad", "Your relu's derivative is z itself for positive z; there it is 1.")
def relu_itself(kind, z):
    return _but("relu", kind, z, right.relu)


@misconception("activation_grad", "Your leaky_relu has derivative 0 for negative z; it leaks there, with 0.01.")
def leaky_zero_for_negatives(kind, z):
    return _but("leaky_relu", kind, z, right.step)


@misconception("activation_grad", "Your leaky_relu has derivative 1 at z = 0; here it is 0.01 at the kink.")
def leaky_one_at_zero(kind, z):
    return _but("leaky_relu", kind, z, lambda z: np.where(z >= 0, 1.0, 0.01))


@misconception("activation_grad", "Your leaky_relu has derivative 0 at z = 0; here it is 0.01 at the kink.")
def leaky_zero_at_zero(kind, z):
    return _but("leaky_relu", kind, z, lambda z: np.where(z > 0, 1.0, 0.01) * (z != 0))


@misconception("activation_grad", "Your leaky_relu's derivative is slope · z for negative z; there it is the slope.")
def leaky_slope_times_z(kind, z):
    return _but("leaky_relu", kind, z, lambda z: np.where(z > 0, 1.0, 0.01 * z))


@misconception(
    "activation_grad", "relu and leaky_relu both have derivative 1 at z = 0 with you; here it is 0 and 0.01."
)
def both_kinks_from_the_right(kind, z):
    return leaky_one_at_zero(kind, z) if kind == "leaky_relu" else relu_one_at_zero(kind, z)


@misconception(
    "activation_grad", "Your step has a derivative of 1 for positive z; it is flat there, with derivative 0."
)
def step_like_relu(kind, z):
    return _but("step", kind, z, right.step)


@misconception("activation_grad", "Your step has a derivative at z = 0; take 0 there, as everywhere.")
def step_has_a_peak(kind, z):
    return _but("step", kind, z, lambda z: (z == 0).astype(float))


@misconception("activation_grad", "Your step has derivative 1 everywhere; it is flat, with derivative 0.")
def step_straight_through(kind, z):
    return _but("step", kind, z, np.ones_like)


@misconception("activation_grad", "The derivative of the softplus is the sigmoid; you return that of the relu.")
def softplus_like_relu(kind, z):
    return _but("softplus", kind, z, right.step)


@misconception("activation_grad", "The derivative of the softplus is σ(z); you return 1 − σ(z).")
def softplus_falls(kind, z):
    return _but("softplus", kind, z, lambda z: right.sigmoid(-z))


@misconception("activation_grad", "The derivative of the softplus is σ(z); you return the derivative of that.")
def softplus_second_derivative(kind, z):
    return _but("softplus", kind, z, lambda z: right.activation_grad("sigmoid", z))


@misconception(
    "activation_grad", "Your derivatives take over the dtype of z: with whole numbers fractions are cut off."
)
def derivatives_in_input_dtype(kind, z):
    return _in_dtype_of(z, right.activation_grad(kind, z))


@misconception("activation_grad", "You work in the array that comes in; it must stay as it is.")
def derivatives_in_place(kind, z):
    return _written_into(z, right.activation_grad(kind, z))
