"""What goes wrong when linear layers are made one: wrong functions, and a sentence for each.

There are none for `xor_network`: its tests look at what the student's network does, and say that.
"""

import numpy as np

from grader.diagnose import misconception
from reference import perceptron as right


def _arrays(layers):
    return [(np.asarray(W, dtype=float), np.asarray(b, dtype=float)) for W, b in layers]


def _biases(layers, join):
    """The right W, and the bias that join(b, W, b_next) makes layer after layer."""
    (_, b), *others = _arrays(layers)
    for W_next, b_next in others:
        b = join(b, W_next, b_next)
    return right.compose_linear(layers)[0], b.copy()


def _weights(layers, join):
    """The right bias, and the W that join(W, W_next) makes layer after layer."""
    (W, _), *others = _arrays(layers)
    for W_next, _ in others:
        W = join(W, W_next)
    return W.copy(), right.compose_linear(layers)[1]


@misconception(
    "compose_linear",
    "You multiply the weights in reverse order, W₂ W₁. Examples are rows here, x W₁ W₂: the first layer stands left.",
)
def weights_in_reverse_order(layers):
    return _weights(layers, lambda W, W_next: W_next @ W)


@misconception("compose_linear", "You apply the last layer first; the first of the list is applied first.")
def last_layer_first(layers):
    return right.compose_linear(list(layers)[::-1])


@misconception(
    "compose_linear",
    "You only add up the biases. A bias passes through all the layers after its own: b₁ W₂ + b₂.",
)
def biases_added_up(layers):
    return _biases(layers, lambda b, _, b_next: b + b_next)


@misconception("compose_linear", "You keep the last bias alone; the ones before it pass through the later layers.")
def last_bias_alone(layers):
    return _biases(layers, lambda _, __, b_next: b_next)


@misconception("compose_linear", "You pass the first bias through all layers and forget those of the later ones.")
def first_bias_alone(layers):
    return _biases(layers, lambda b, W_next, _: b @ W_next)


@misconception(
    "compose_linear",
    "You add the later bias before you pass the sum through the later layer, where it does not belong.",
)
def bias_added_too_early(layers):
    return _biases(layers, lambda b, W_next, b_next: (b + b_next) @ W_next)


@misconception("compose_linear", "You multiply the bias from the wrong side, W₂ b₁; a row stands left: b₁ W₂.")
def bias_from_the_wrong_side(layers):
    return _biases(layers, lambda b, W_next, b_next: W_next @ b + b_next)


@misconception(
    "compose_linear",
    "You pass each bias through the product of all weights so far; it passes through the layers after its own only.",
)
def bias_through_all_weights(layers):
    (W, b), *others = _arrays(layers)
    W, b = W.copy(), b.copy()
    for W_next, b_next in others:
        W = W @ W_next
        b = b @ W + b_next
    return W, b


@misconception("compose_linear", "You return no bias, or zeros; the biases pass through too.")
def no_bias_left(layers):
    W, b = right.compose_linear(layers)
    return W, np.zeros_like(b)


@misconception("compose_linear", "You add the weights of the layers; one layer after another is a product.")
def weights_added(layers):
    return _weights(layers, lambda W, W_next: W + W_next)


@misconception("compose_linear", "You multiply the weights entry by entry; a matrix product is asked for.")
def weights_entry_by_entry(layers):
    return _weights(layers, lambda W, W_next: W * W_next)


@misconception("compose_linear", "You put a relu between the layers; there is nothing between them here.")
def relu_between(layers):
    def stack(x):
        for k, (W, b) in enumerate(_arrays(layers)):
            x = (np.maximum(x, 0.0) if k else x) @ W + b
        return x

    units = np.eye(len(layers[0][0]))
    bias = stack(np.zeros(len(units)))
    return stack(units) - bias, bias


@misconception("compose_linear", "You compose the first two layers and leave out the others.")
def only_two_layers(layers):
    return right.compose_linear(list(layers)[:2])


@misconception("compose_linear", "The last layer is missing.")
def last_layer_missing(layers):
    return right.compose_linear(list(layers)[:-1] or layers)


@misconception("compose_linear", "The first layer is missing.")
def first_layer_missing(layers):
    return right.compose_linear(list(layers)[1:] or layers)


@misconception("compose_linear", "Your W is transposed: it is (d of the first input, d of the last output).")
def weights_transposed(layers):
    W, b = right.compose_linear(layers)
    return W.T.copy(), b


@misconception("compose_linear", "Layers of whole numbers give whole numbers; floats are asked for.")
def whole_layers_kept(layers):
    W, b = right.compose_linear(layers)
    kind = np.result_type(*[np.asarray(part).dtype for layer in layers for part in layer])
    return W.astype(kind), b.astype(kind)
