"""The small real data that capstones train on; everything is read from `data/`, nothing is downloaded.

Split and standardisation are fixed here, so that every run of every capstone sees the same numbers.
"""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

DATA = Path(__file__).parent / "data"

# 1797 = 1347 + 450: three quarters to train on.
DIGITS_TEST_SIZE = 450
DIGITS_SPLIT_SEED = 7


class Split(NamedTuple):
    """Examples to train on and examples held back; the rows of `X` and `y` belong together."""

    X_train: NDArray[np.float64]
    y_train: NDArray[np.int64]
    X_test: NDArray[np.float64]
    y_test: NDArray[np.int64]


@cache
def _digits_table() -> NDArray[np.float64]:
    """The file as it is: (1797, 65), 64 grey values 0–16 row by row, then the digit."""
    with gzip.open(DATA / "digits.csv.gz", "rt", encoding="ascii") as lines:
        return np.loadtxt(lines, delimiter=",", dtype=np.float64)


def digits() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the UCI handwritten digits: X (1797, 1, 8, 8) float64 in [0, 16], and y (1797,) int64 in 0…9.

    Both are fresh arrays, in the order of the file. See `data/README.md` for source and licence.
    """
    table = _digits_table()
    return table[:, :-1].reshape(-1, 1, 8, 8).copy(), table[:, -1].astype(np.int64)


def standardise(X_train: NDArray[np.float64], *others: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Return every array minus the mean of `X_train`, divided by its standard deviation: two numbers for all pixels.

    The numbers come from the training examples alone: what is held back must not leak into training. One mean for the
    whole image rather than one per pixel keeps an image an image, and no pixel that is always 0 divides by zero.
    """
    mean, std = X_train.mean(), X_train.std()
    return tuple((X - mean) / std for X in (X_train, *others))


def digits_split() -> Split:
    """Return the digits, shuffled by a fixed seed, split 1347 : 450 and standardised by the training part.

    X_train (1347, 1, 8, 8), y_train (1347,), X_test (450, 1, 8, 8), y_test (450,). Always the same numbers.
    """
    X, y = digits()
    # Shuffled, because the file goes writer by writer: unshuffled, the test would be on a few writers' hands alone.
    order = np.random.default_rng(DIGITS_SPLIT_SEED).permutation(len(X))
    train, test = order[:-DIGITS_TEST_SIZE], order[-DIGITS_TEST_SIZE:]
    X_train, X_test = standardise(X[train], X[test])
    return Split(X_train, y[train], X_test, y[test])


def digit_pair_split(negative: int, positive: int) -> Split:
    """Return two of the digits of `digits_split`, images as rows: X (N, 64), y 0 for `negative` and 1 for `positive`.

    Which images are held back, and the standardisation, are those of all digits.
    """
    data = digits_split()
    X_train, y_train = _pair_of(data.X_train, data.y_train, negative, positive)
    X_test, y_test = _pair_of(data.X_test, data.y_test, negative, positive)
    return Split(X_train, y_train, X_test, y_test)


def _pair_of(
    X: NDArray[np.float64], y: NDArray[np.int64], negative: int, positive: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    kept = (y == negative) | (y == positive)
    return X[kept].reshape(-1, 64), (y[kept] == positive).astype(np.int64)


# 569 = 427 + 142: three quarters to train on.
TUMOURS_TEST_SIZE = 142
TUMOURS_SPLIT_SEED = 7


@cache
def _tumours_table() -> NDArray[np.float64]:
    """The file as it is, without its head: (569, 31), 30 measurements, then 0 for malignant or 1 for benign."""
    with gzip.open(DATA / "breast_cancer.csv.gz", "rt", encoding="ascii") as lines:
        return np.loadtxt(lines, delimiter=",", skiprows=1, dtype=np.float64)


def tumours() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the Wisconsin breast tumours: X (569, 30) float64, y (569,) int64, 1 for malignant and 0 for benign.

    Both are fresh arrays, in the order of the file. See `data/README.md` for source and licence.
    """
    table = _tumours_table()
    return table[:, :-1].copy(), 1 - table[:, -1].astype(np.int64)


def tumours_split() -> Split:
    """Return the tumours, shuffled by a fixed seed, split 427 : 142, each column standardised by the training part.

    X_train (427, 30), y_train (427,), X_test (142, 30), y_test (142,). Always the same numbers.
    """
    X, y = tumours()
    order = np.random.default_rng(TUMOURS_SPLIT_SEED).permutation(len(X))
    train, test = order[:-TUMOURS_TEST_SIZE], order[-TUMOURS_TEST_SIZE:]
    # Column by column, because an area of 1001 and a smoothness of 0.1 have no unit in common.
    mean, std = X[train].mean(axis=0), X[train].std(axis=0)
    return Split((X[train] - mean) / std, y[train], (X[test] - mean) / std, y[test])


RETRIEVAL_KEYS = 6
RETRIEVAL_SEED = 7


class Retrieval(NamedTuple):
    """Queries, the keys among which each looks for its own, and where that is; to train on, and held back."""

    Q_train: NDArray[np.float64]
    K_train: NDArray[np.float64]
    y_train: NDArray[np.int64]
    Q_test: NDArray[np.float64]
    K_test: NDArray[np.float64]
    y_test: NDArray[np.int64]


def retrieval_split() -> Retrieval:
    """Return the digits of `digits_split` as a search: which of six images shows the digit that is asked for?

    Q (N, 1, 64) names a digit: 1 at its place among the first ten numbers, 0 elsewhere. K (N, 6, 64) are images of six
    different digits, and y (N,) is the position of the one that is named. N is 1347 to train on and 450 held back, one
    search for each image. Always the same numbers.
    """
    data, rng = digits_split(), np.random.default_rng(RETRIEVAL_SEED)
    return Retrieval(
        *_searches(data.X_train, data.y_train, rng),
        *_searches(data.X_test, data.y_test, rng),
    )


def _searches(
    X: NDArray[np.float64], digit: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """One search for each image, among five images of other digits."""
    images = X.reshape(len(X), -1)
    Q, K = np.zeros((len(X), 1, images.shape[1])), np.empty((len(X), RETRIEVAL_KEYS, images.shape[1]))
    places = rng.integers(0, RETRIEVAL_KEYS, len(X))
    for n in range(len(X)):
        Q[n, 0, digit[n]] = 1.0
        others = rng.permutation(np.delete(np.arange(10), digit[n]))[: RETRIEVAL_KEYS - 1]
        keys = [rng.choice(np.flatnonzero(digit == other)) for other in others]
        K[n] = images[np.insert(keys, places[n], n)]
    return Q, K, places
