"""What goes wrong with powers, eigenvalues, leaky units and clipping: wrong functions, and a sentence for each.

Each is the right function with one step changed: mostly the oracle with other inputs, or with its result spoilt.
"""

import numpy as np

from grader.diagnose import misconception
from reference import lstm as right


def _floats(a):
    return np.array(a, dtype=float)


def _in_dtype_of(a, result):
    """The result as it comes out of a buffer with the dtype of `a`."""
    return result.astype(np.asarray(a).dtype)


def _written_into(a, result):
    """The result of a function that works in the array that it was given."""
    if isinstance(a, np.ndarray) and a.ndim and not a.flags.writeable:
        raise ValueError("assignment destination is read-only")
    return result


# power_recurrence ----------------------------------------------------------------------------------------------------


@misconception("power_recurrence", "You multiply by W where Wᵀ is asked for: h_t = Wᵀ h_{t−1}.")
def not_transposed(W, h0, t):
    return right.power_recurrence(_floats(W).T, h0, t)


@misconception("power_recurrence", "You raise each entry to the power t; Wᵗ is a product of t matrices.")
def entries_to_the_power(W, h0, t):
    return (_floats(W) ** t).T @ _floats(h0)


@misconception("power_recurrence", "You make one step too many.")
def one_step_too_many(W, h0, t):
    return right.power_recurrence(W, h0, t + 1)


@misconception("power_recurrence", "You make one step too few.")
def one_step_too_few(W, h0, t):
    return right.power_recurrence(W, h0, max(t - 1, 0))


@misconception("power_recurrence", "You multiply by t instead of t times.")
def times_t(W, h0, t):
    return t * right.power_recurrence(W, h0, 1)


@misconception("power_recurrence", "You return all vectors on the way; the one after t steps is asked for.")
def whole_path(W, h0, t):
    return np.array([right.power_recurrence(W, h0, k) for k in range(t + 1)])


@misconception("power_recurrence", "You return the matrix; it is still to be multiplied by h0.")
def matrix_returned(W, h0, t):
    return np.linalg.matrix_power(_floats(W).T, t)


@misconception("power_recurrence", "You take tanh at each step; here there is none, only Wᵀ.")
def tanh_at_each_step(W, h0, t):
    h = _floats(h0)
    for _ in range(t):
        h = np.tanh(_floats(W).T @ h)
    return h


@misconception("power_recurrence", "Whole numbers stay whole in your result; floats are asked for.")
def power_of_integers(W, h0, t):
    return np.linalg.matrix_power(np.asarray(W).T, t) @ np.asarray(h0)


@misconception("power_recurrence", "Only one step is made, whatever t is.")
def single_step(W, h0, t):
    return right.power_recurrence(W, h0, min(t, 1))


@misconception("power_recurrence", "You write into an argument (into h0?); it must stay as it is.")
def power_in_place(W, h0, t):
    return _written_into(h0, right.power_recurrence(W, h0, t))


# eig_recurrence ------------------------------------------------------------------------------------------------------


def _by_eigenvalues(W, h0, power, first=lambda Q: Q.T, last=lambda Q: Q):
    """last(Q) · power(eigenvalues) · first(Q) · h0."""
    values, Q = np.linalg.eigh(_floats(W))
    return last(Q) @ (power(values) * (first(Q) @ _floats(h0)))


@misconception(
    "eig_recurrence",
    "You have Qᵀ Λᵗ Q, as on the slide. With W = Q Λ Qᵀ, whose Q has the eigenvectors as columns, it is Q Λᵗ Qᵀ.",
)
def slides_order(W_sym, h0, t):
    return _by_eigenvalues(W_sym, h0, lambda v: v**t, lambda Q: Q, lambda Q: Q.T)


@misconception("eig_recurrence", "Neither of your two Q is transposed; the one next to h0 must be.")
def no_q_transposed(W_sym, h0, t):
    return _by_eigenvalues(W_sym, h0, lambda v: v**t, lambda Q: Q)


@misconception("eig_recurrence", "The first factor, Q, is missing: your result is in terms of the eigenvectors.")
def left_in_eigenvectors(W_sym, h0, t):
    return _by_eigenvalues(W_sym, h0, lambda v: v**t, last=lambda Q: np.eye(len(Q)))


@misconception("eig_recurrence", "Qᵀ before h0 is missing: first express h0 in terms of the eigenvectors.")
def start_not_in_eigenvectors(W_sym, h0, t):
    return _by_eigenvalues(W_sym, h0, lambda v: v**t, first=lambda Q: np.eye(len(Q)))


@misconception("eig_recurrence", "You multiply the eigenvalues by t; they are raised to the power t.")
def eigenvalues_times_t(W_sym, h0, t):
    return _by_eigenvalues(W_sym, h0, lambda v: v * t)


@misconception("eig_recurrence", "Your eigenvalues have lost their sign; a negative one alternates from step to step.")
def eigenvalues_without_sign(W_sym, h0, t):
    return _by_eigenvalues(W_sym, h0, lambda v: np.abs(v) ** t)


@misconception("eig_recurrence", "The eigenvalues are not raised to the power t.")
def eigenvalues_not_raised(W_sym, h0, t):
    return right.eig_recurrence(W_sym, h0, 1)


@misconception("eig_recurrence", "You keep the dominant eigenvalue only; for finite t all of them count.")
def dominant_only(W_sym, h0, t):
    return _by_eigenvalues(W_sym, h0, lambda v: np.where(np.arange(len(v)) == np.abs(v).argmax(), v**t, 0.0))


@misconception("eig_recurrence", "You take e to the power λ t, as in continuous time; here it is λ to the power t.")
def exponential_of_eigenvalues(W_sym, h0, t):
    return _by_eigenvalues(W_sym, h0, lambda v: np.exp(v * t))


@misconception("eig_recurrence", "You make one step too many.")
def one_power_too_many(W_sym, h0, t):
    return right.eig_recurrence(W_sym, h0, t + 1)


@misconception("eig_recurrence", "You make one step too few.")
def one_power_too_few(W_sym, h0, t):
    return right.eig_recurrence(W_sym, h0, max(t - 1, 0))


@misconception("eig_recurrence", "You raise each entry of the matrix to the power t; the eigenvalues are raised.")
def entries_of_symmetric_raised(W_sym, h0, t):
    return _floats(W_sym) ** t @ _floats(h0)


@misconception("eig_recurrence", "You return the matrix Q Λᵗ Qᵀ; it is still to be multiplied by h0.")
def symmetric_power_returned(W_sym, h0, t):
    return np.linalg.matrix_power(_floats(W_sym), t)


@misconception("eig_recurrence", "Your result is made whole with whole numbers: the fractions are cut off.")
def eig_in_input_dtype(W_sym, h0, t):
    return _in_dtype_of(h0, right.eig_recurrence(W_sym, h0, t))


# fate ----------------------------------------------------------------------------------------------------------------


def _judged(radius, tol):
    """The fate for this number in the place of the spectral radius."""
    return right.fate([[max(float(radius), 0.0)]], tol)


def _eigenvalues(W):
    return np.linalg.eigvals(_floats(W))


@misconception(
    "fate", "You compare the eigenvalues themselves with 1, as on the slide; −2 explodes too. Their size counts, |λ|."
)
def sign_counts(W, tol=1e-6):
    return _judged(_eigenvalues(W).real.max(), tol)


@misconception("fate", "Of complex eigenvalues you take the real part; the absolute value counts.")
def real_parts(W, tol=1e-6):
    return _judged(np.abs(_eigenvalues(W).real).max(), tol)


@misconception("fate", "You look for the largest entry of W; its eigenvalues decide.")
def largest_entry(W, tol=1e-6):
    return _judged(np.abs(_floats(W)).max(), tol)


@misconception(
    "fate",
    "You use the largest singular value, ‖W‖: it bounds a single step, but the eigenvalues decide in the long run.",
)
def spectral_norm(W, tol=1e-6):
    return _judged(np.linalg.norm(_floats(W), 2), tol)


@misconception("fate", "You use the root of the sum of squares of all entries; the largest |eigenvalue| decides.")
def frobenius_norm(W, tol=1e-6):
    return _judged(np.linalg.norm(_floats(W)), tol)


@misconception("fate", "You use the largest sum of a row; the largest |eigenvalue| decides.")
def largest_row_sum(W, tol=1e-6):
    return _judged(np.abs(_floats(W)).sum(axis=1).max(), tol)


@misconception("fate", "You use the determinant, the product of the eigenvalues; the largest of them decides.")
def determinant(W, tol=1e-6):
    return _judged(abs(np.linalg.det(_floats(W))), tol)


@misconception("fate", "You use the trace, the sum of the eigenvalues; the largest |eigenvalue| decides.")
def trace(W, tol=1e-6):
    return _judged(abs(np.trace(_floats(W))), tol)


@misconception("fate", "You use the smallest |eigenvalue|; the largest decides.")
def smallest_eigenvalue(W, tol=1e-6):
    return _judged(np.abs(_eigenvalues(W)).min(), tol)


@misconception("fate", "You use the mean of the |eigenvalues|; the largest decides.")
def mean_eigenvalue(W, tol=1e-6):
    return _judged(np.abs(_eigenvalues(W)).mean(), tol)


@misconception(
    "fate",
    "Your eigenvalues are those of a symmetric matrix (eigh looks at one triangle); W need not be one.",
)
def taken_for_symmetric(W, tol=1e-6):
    return _judged(np.abs(np.linalg.eigvalsh(_floats(W))).max(), tol)


@misconception("fate", "You look at the diagonal; its entries are the eigenvalues of triangular matrices only.")
def diagonal_only(W, tol=1e-6):
    return _judged(np.abs(np.diag(_floats(W))).max(), tol)


@misconception("fate", "You have the two fates the wrong way round: above 1 explodes, below 1 vanishes.")
def fates_exchanged(W, tol=1e-6):
    return {"vanishes": "explodes", "explodes": "vanishes"}.get(right.fate(W, tol), "neither")


@misconception("fate", 'You never answer "neither"; that is what a radius of 1 does, as near as `tol` says.')
def never_neither(W, tol=1e-6):
    return "explodes" if np.abs(_eigenvalues(W)).max() > 1 else "vanishes"


@misconception("fate", "You ask whether the radius is exactly 1; with rounding it hardly ever is. Allow for `tol`.")
def exactly_one(W, tol=1e-6):
    radius = np.abs(_eigenvalues(W)).max()
    return "neither" if radius == 1 else "explodes" if radius > 1 else "vanishes"


@misconception("fate", "You use a tolerance of your own; `tol` is given.")
def tolerance_ignored(W, tol=1e-6):
    return right.fate(W)


@misconception("fate", "A radius *exactly* `tol` away from 1 still counts as 1.")
def tolerance_excluded(W, tol=1e-6):
    radius = np.abs(_eigenvalues(W)).max()
    return "neither" if abs(radius - 1) < tol else "explodes" if radius > 1 else "vanishes"


@misconception("fate", "You return the spectral radius; the word for what happens is asked for.")
def radius_returned(W, tol=1e-6):
    return float(np.abs(_eigenvalues(W)).max())


@misconception("fate", 'The words asked for are "vanishes", "explodes" and "neither", written like this.')
def other_words(W, tol=1e-6):
    return {"vanishes": "vanish", "explodes": "explode"}.get(right.fate(W, tol), "neither")


# leaky_unit ----------------------------------------------------------------------------------------------------------


def _leaking(v, mu, step):
    """μ ← step(μ, v_t) over time."""
    v, averages = _floats(v), []
    for value in v:
        mu = step(mu, value)
        averages.append(mu + np.zeros(v.shape[1:]))
    return np.array(averages)


@misconception("leaky_unit", "You have the weights the wrong way round: the *old* average gets α.")
def weights_of_average_exchanged(v, alpha, mu0=0):
    return right.leaky_unit(v, 1 - alpha, mu0)


@misconception("leaky_unit", "You compute a leaky *relu*, which has no memory; a leaky unit is a running average.")
def leaky_relu_instead(v, alpha, mu0=0):
    v = _floats(v)
    return np.where(v > 0, v, alpha * v)


@misconception("leaky_unit", "You start from 0; mu0 is given.")
def mu0_ignored(v, alpha, mu0=0):
    return right.leaky_unit(v, alpha)


@misconception("leaky_unit", "You return μ_0 as the first average; they begin with μ_1.")
def mu0_among_averages(v, alpha, mu0=0):
    v = _floats(v)
    return np.concatenate([(_floats(mu0) + np.zeros(v.shape[1:]))[None], right.leaky_unit(v, alpha, mu0)])


@misconception("leaky_unit", "You note each average before its value went in, so that μ_0 comes first.")
def averages_before_the_step(v, alpha, mu0=0):
    return mu0_among_averages(v, alpha, mu0)[:-1]


@misconception("leaky_unit", "You mix each value with the *value* before; it is mixed with the *average* before.")
def values_mixed(v, alpha, mu0=0):
    v = _floats(v)
    before = np.concatenate([(_floats(mu0) + np.zeros(v.shape[1:]))[None], v[:-1]])
    return alpha * before + (1 - alpha) * v


@misconception("leaky_unit", "The new value goes in whole; its weight is 1 − α.")
def value_without_weight(v, alpha, mu0=0):
    return _leaking(v, _floats(mu0), lambda mu, value: alpha * mu + value)


@misconception("leaky_unit", "The old average stays whole; its weight is α.")
def average_without_weight(v, alpha, mu0=0):
    return _leaking(v, _floats(mu0), lambda mu, value: mu + (1 - alpha) * value)


@misconception("leaky_unit", "Both weights are α; the new value has 1 − α.")
def both_weights_alpha(v, alpha, mu0=0):
    return _leaking(v, _floats(mu0), lambda mu, value: alpha * (mu + value))


@misconception("leaky_unit", "You return the last average only; one for each step is asked for.")
def last_average_only(v, alpha, mu0=0):
    return right.leaky_unit(v, alpha, mu0)[-1]


@misconception("leaky_unit", "You divide by 1 − αᵗ, as Adam does; here the average is left as it is.")
def bias_corrected(v, alpha, mu0=0):
    averages = right.leaky_unit(v, alpha, mu0)
    t = np.arange(1, len(averages) + 1).reshape(-1, *[1] * (averages.ndim - 1))
    return averages / (1 - float(alpha) ** t)


@misconception("leaky_unit", "Your first average is the first value; it too is mixed, with mu0.")
def starts_at_first_value(v, alpha, mu0=0):
    v = _floats(v)
    return right.leaky_unit(v, alpha, v[0])


@misconception("leaky_unit", "You average along the last axis; time is the first.")
def along_the_last_axis(v, alpha, mu0=0):
    return np.moveaxis(right.leaky_unit(np.moveaxis(_floats(v), -1, 0), alpha, mu0), 0, -1)


@misconception("leaky_unit", "All averages of yours are the last one: the same array was kept T times, and changed.")
def same_average_kept(v, alpha, mu0=0):
    averages = right.leaky_unit(v, alpha, mu0)
    return np.repeat(averages[-1:], len(averages), axis=0)


@misconception("leaky_unit", "Your averages take over the dtype of v: with whole numbers the fractions are cut off.")
def averages_in_input_dtype(v, alpha, mu0=0):
    return _in_dtype_of(v, right.leaky_unit(v, alpha, mu0))


@misconception("leaky_unit", "You write into v or mu0; both must stay as they are.")
def averaged_in_place(v, alpha, mu0=0):
    return _written_into(v, right.leaky_unit(v, alpha, mu0))


# clip_global_norm ----------------------------------------------------------------------------------------------------


def _norm(grads):
    return float(np.sqrt(sum(np.sum(_floats(g) ** 2) for g in grads)))


def _scaled_by(grads, norm, max_norm):
    """Gradients clipped as if this were their norm."""
    return [_floats(g) * (max_norm / norm if norm > max_norm else 1.0) for g in grads]


@misconception(
    "clip_global_norm", "You clip each array by its own norm, which turns the step; the norm is that of all together."
)
def each_array_alone(grads, max_norm):
    return [right.clip_global_norm([g], max_norm)[0] for g in grads]


@misconception("clip_global_norm", "You cut off each entry at ±max_norm; all are scaled by one factor instead.")
def entries_cut_off(grads, max_norm):
    return [np.clip(_floats(g), -max_norm, max_norm) for g in grads]


@misconception("clip_global_norm", "You scale small gradients up; what is small enough stays as it is.")
def scaled_up_too(grads, max_norm):
    norm = _norm(grads) or np.inf
    return [_floats(g) * (max_norm / norm) for g in grads]


@misconception("clip_global_norm", "You forgot the root: the norm is √(Σ g²).")
def root_forgotten(grads, max_norm):
    return _scaled_by(grads, _norm(grads) ** 2, max_norm)


@misconception("clip_global_norm", "You add up the norms of the arrays; it is their *squares* that add up.")
def norms_added(grads, max_norm):
    return _scaled_by(grads, sum(np.linalg.norm(_floats(g)) for g in grads), max_norm)


@misconception("clip_global_norm", "You add up absolute values; the norm is √(Σ g²).")
def absolute_values_added(grads, max_norm):
    return _scaled_by(grads, sum(np.abs(_floats(g)).sum() for g in grads), max_norm)


@misconception("clip_global_norm", "You scale by the largest entry; the norm is √(Σ g²).")
def largest_entry_as_norm(grads, max_norm):
    return _scaled_by(grads, max(np.abs(_floats(g)).max() for g in grads), max_norm)


@misconception("clip_global_norm", "You scale by the largest norm of an array; the norm is that of all together.")
def largest_norm(grads, max_norm):
    return _scaled_by(grads, max(np.linalg.norm(_floats(g)) for g in grads), max_norm)


@misconception("clip_global_norm", "You take the mean of the squares; the norm has their sum.")
def root_mean_square(grads, max_norm):
    return _scaled_by(grads, _norm(grads) / np.sqrt(sum(_floats(g).size for g in grads)), max_norm)


@misconception("clip_global_norm", "You divide by the norm and forget max_norm, which is what the norm should become.")
def clipped_to_one(grads, max_norm):
    norm = _norm(grads)
    return [_floats(g) / norm if norm > max_norm else _floats(g) for g in grads]


@misconception("clip_global_norm", "You multiply by norm / max_norm, which makes large gradients larger still.")
def factor_upside_down(grads, max_norm):
    norm = _norm(grads)
    return [_floats(g) * (norm / max_norm) if norm > max_norm else _floats(g) for g in grads]


@misconception("clip_global_norm", "You add 1e-6 to the norm, as torch does; the factor is max_norm / norm exactly.")
def epsilon_in_norm(grads, max_norm):
    norm = _norm(grads)
    return [_floats(g) * min(1.0, max_norm / (norm + 1e-6)) for g in grads]


@misconception("clip_global_norm", "You take the norm of the first array for that of all.")
def norm_of_first(grads, max_norm):
    return _scaled_by(grads, np.linalg.norm(_floats(grads[0])), max_norm)


@misconception("clip_global_norm", "You set gradients to 0 that are too large; they are scaled down.")
def set_to_zero(grads, max_norm):
    return [_floats(g) * (_norm(grads) <= max_norm) for g in grads]


@misconception("clip_global_norm", "You never clip: the gradients come back as they were.")
def never_clipped(grads, max_norm):
    return [_floats(g) for g in grads]


@misconception("clip_global_norm", "Your gradients keep the dtype of integers: the fractions are cut off.")
def clipped_in_input_dtype(grads, max_norm):
    return [_in_dtype_of(g, clipped) for g, clipped in zip(grads, right.clip_global_norm(grads, max_norm), strict=True)]


@misconception("clip_global_norm", "Whole numbers stay whole where nothing is clipped; floats are asked for.")
def unclipped_as_they_came(grads, max_norm):
    clipped = right.clip_global_norm(grads, max_norm)
    return clipped if _norm(grads) > max_norm else [np.array(g) for g in grads]


@misconception("clip_global_norm", "You write into the gradients that came in; return new arrays.")
def clipped_in_place(grads, max_norm):
    clipped = right.clip_global_norm(grads, max_norm)
    if _norm(grads) > max_norm and any(isinstance(g, np.ndarray) and not g.flags.writeable for g in grads):
        raise ValueError("assignment destination is read-only")
    return clipped
