import numpy as np


def conv_output_size(n, k, stride=1, pad=0):
    if k > n + 2 * pad
        raise ValueError("does not fit")
    return (n + 2 * pad - k) // stride + 1


def max_over_time(features):
    return np.asarray(features, dtype=float).max(axis=1)


def horizontal_edges(img):
    img = np.asarray(img, dtype=float)
    return img[:, 1:] - img[:, :-1]
