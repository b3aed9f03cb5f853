"""Numerical libraries on one thread: arrays here are small, so that starting threads takes longer than they save.

And the order of a summation, which decides the last digits of a result, would depend on their number.
"""

SINGLE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
"""The environment that makes numpy and torch compute on one thread, if it is set before they are imported."""
