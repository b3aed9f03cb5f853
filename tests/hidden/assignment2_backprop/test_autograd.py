# ruff: noqa: D403 - a program's docstring begins with its formula
"""Hidden tests of assignment 2: the class `Scalar`.

Each comparison runs a small program with the student's class and with the oracle's: it builds a formula, goes back
through it, and reads values and gradients off it. Each test is one property, named by the first line of its docstring,
which a student reads when it fails; so is what a program does, by the first line of its own.
"""

import operator

import pytest

from reference import backprop as reference

BINARY = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
EXPONENTS = (2, 3, -1, -2, 0.5, 1.5, 1, -0.5)


def size(rng, low, high):
    """A random size from `low` to `high`, both included."""
    return int(rng.integers(low, high + 1))


def number(rng):
    """A number that is not near 0, as what one divides by should not be."""
    return float(rng.choice([-1.0, 1.0]) * rng.uniform(0.5, 2.0))


def positive(rng):
    return float(rng.uniform(0.5, 2.0))


def gradients(result, **leaves):
    """Go back from the result; its value, and the gradients of the leaves by their names."""
    result.backward()
    return {"result.data": result.data} | {f"{name}.grad": leaf.grad for name, leaf in leaves.items()}


def product_and_sum(Scalar, a, b):
    """z = a * b + a; z.backward()."""
    a, b = Scalar(a), Scalar(b)
    return gradients(a * b + a, a=a, b=b)


def two_scalars(Scalar, operation, a, b):
    """z = a operation b; z.backward()."""
    a, b = Scalar(a), Scalar(b)
    return gradients(BINARY[operation](a, b), a=a, b=b)


def number_on_the_right(Scalar, operation, a, number):
    """z = a operation number; z.backward()."""
    a = Scalar(a)
    return gradients(BINARY[operation](a, number), a=a)


def number_on_the_left(Scalar, operation, a, number):
    """z = number operation a; z.backward()."""
    a = Scalar(a)
    return gradients(BINARY[operation](number, a), a=a)


def power(Scalar, a, k):
    """z = a ** k; z.backward()."""
    a = Scalar(a)
    return gradients(a**k, a=a)


def function_of(Scalar, function, a):
    """z = a.function(); z.backward()."""
    a = Scalar(a)
    return gradients(getattr(a, function)(), a=a)


def function_inside(Scalar, function, a, b):
    """z = (a * b).function() * b; z.backward()."""
    a, b = Scalar(a), Scalar(b)
    return gradients(getattr(a * b, function)() * b, a=a, b=b)


def used_twice(Scalar, operation, a):
    """z = a operation a; z.backward()."""
    a = Scalar(a)
    return gradients(BINARY[operation](a, a), a=a)


def used_often(Scalar, a, b):
    """z = a * a * a + b * a - a; z.backward()."""
    a, b = Scalar(a), Scalar(b)
    return gradients(a * a * a + b * a - a, a=a, b=b)


def diamond(Scalar, a, b):
    """s = a * b; z = s * s + s; z.backward()."""
    a, b = Scalar(a), Scalar(b)
    s = a * b
    return gradients(s * s + s, a=a, b=b)


def long_and_short_way(Scalar, a, b):
    """s = a * b; t = (s + b).tanh() * s; z = s * (t * t + a); z.backward()."""
    a, b = Scalar(a), Scalar(b)
    s = a * b
    t = (s + b).tanh() * s
    return gradients(s * (t * t + a), a=a, b=b)


def short_way_first(Scalar, a, b):
    """s = a * b; z = s + (s * s) * (s + a).exp(); z.backward()."""
    a, b = Scalar(a), Scalar(b)
    s = a * b
    return gradients(s + (s * s) * (s + a).exp(), a=a, b=b)


def made_before_used(Scalar, a, b, c):
    """s = b + c; t = a * s; u = t * s; z = u * u + t; z.backward()."""
    a, b, c = Scalar(a), Scalar(b), Scalar(c)
    s = b + c
    t = a * s
    u = t * s
    return gradients(u * u + t, a=a, b=b, c=c)


def doubled(Scalar, a, times):
    """z = a, and z = z + z several times; z.backward()."""
    a = Scalar(a)
    z = a
    for _ in range(times):
        z = z + z
    return gradients(z, a=a)


def long_sum(Scalar, a, b, length):
    """z = a + b + b + b + ...; z.backward()."""
    a, b = Scalar(a), Scalar(b)
    z = a
    for _ in range(length):
        z = z + b
    return gradients(z, a=a, b=b)


def long_product(Scalar, a, b, length):
    """z = a * b * b * b * ...; z.backward()."""
    a, b = Scalar(a), Scalar(b)
    z = a
    for _ in range(length):
        z = z * b
    return gradients(z, a=a, b=b)


def backward_again(Scalar, a, b):
    """z.backward(); a.grad = 0.0; b.grad = 0.0; z.backward(), for z = (a * b + a) * b."""
    a, b = Scalar(a), Scalar(b)
    z = (a * b + a) * b
    z.backward()
    a.grad = 0.0
    b.grad = 0.0
    return gradients(z, a=a, b=b)


def backward_twice(Scalar, a, b):
    """z.backward(); z.backward(), for z = (a * b + a) * b."""
    a, b = Scalar(a), Scalar(b)
    z = (a * b + a) * b
    z.backward()
    return gradients(z, a=a, b=b)


def two_results(Scalar, a, b):
    """s = a * b; y = s + a; z = s * s; y.backward(); z.backward()."""
    a, b = Scalar(a), Scalar(b)
    s = a * b
    y = s + a
    z = s * s
    y.backward()
    return gradients(z, a=a, b=b)


def inside_first(Scalar, a, b):
    """s = a * b; z = s * s * a; s.backward(); a.grad = 0.0; b.grad = 0.0; z.backward()."""
    a, b = Scalar(a), Scalar(b)
    s = a * b
    z = s * s * a
    s.backward()
    a.grad = 0.0
    b.grad = 0.0
    return gradients(z, a=a, b=b)


def gradient_of_itself(Scalar, a, b):
    """z = a * b; z.backward(); read z.grad."""
    a, b = Scalar(a), Scalar(b)
    z = a * b
    z.backward()
    return {"z.grad": z.grad}


def single_leaf(Scalar, a):
    """a = Scalar(a); a.backward()."""
    a = Scalar(a)
    before = a.grad
    a.backward()
    return {"a.data": a.data, "a.grad before": before, "a.grad": a.grad}


def bystander(Scalar, a, b, c):
    """s = a * c; z = a * b; z.backward(); c has no part in it."""
    a, b, c = Scalar(a), Scalar(b), Scalar(c)
    s = a * c
    return gradients(a * b, a=a, b=b, c=c) | {"s.data": s.data}


def operands_stay(Scalar, a, b):
    """z = a + b; z = a * b; z = a - 2; z = b / a; z = -2 + a; read a and b."""
    a, b = Scalar(a), Scalar(b)
    results = [a + b, a * b, a - 2, b / a, -2 + a]
    return {"a.data": a.data, "b.data": b.data, "a.grad": a.grad, "results": [z.data for z in results]}


def neuron(Scalar, inputs, weights, bias, wanted):
    """h = (w0 * x0 + w1 * x1 + ... + b).tanh(); z = (h - y) ** 2; z.backward()."""
    w, b = [Scalar(weight) for weight in weights], Scalar(bias)
    total = b
    for weight, x in zip(w, inputs, strict=True):
        total = total + weight * x
    return gradients((total.tanh() - wanted) ** 2, b=b, **{f"w[{i}]": weight for i, weight in enumerate(w)})


def layer(Scalar, inputs, weights):
    """h_j = (w_j0 * x0 + w_j1 * x1).relu(); z = h_0 * h_1 + h_0 / 2 + 1 / (h_1 + 1); z.backward()."""
    w = [[Scalar(weight) for weight in row] for row in weights]
    h = [(row[0] * inputs[0] + row[1] * inputs[1]).relu() for row in w]
    names = {f"w[{j}][{i}]": w[j][i] for j in range(2) for i in range(2)}
    return gradients(h[0] * h[1] + h[0] / 2 + 1 / (h[1] + 1), **names)


def formula(Scalar, leaves, steps):
    """a random formula of all operations, and backward()."""
    nodes = [Scalar(leaf) for leaf in leaves]
    given = {f"leaf {i}": leaf for i, leaf in enumerate(nodes)}
    for kind, i, j in steps:
        nodes.append(_STEPS[kind](nodes[i], nodes[j]))
    total = nodes[len(given)]
    for node in nodes[len(given) + 1 :]:
        total = total + node
    return gradients(total, **given)


# What a step of a formula makes of two nodes. Nothing grows large, and nothing is divided by what may be near 0.
_STEPS = (
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a.tanh() * b.tanh(),
    lambda a, b: a / (b * b + 1),
    lambda a, b: a.tanh().exp() - b,
    lambda a, b: (a - b).relu(),
    lambda a, b: 2 - a * 0.5 + b,
    lambda a, b: (a.tanh() + 2) ** -1.5 * b,
    lambda a, b: 3 / (a.exp() + 1) + b,
    lambda a, b: 0.5 * (a.tanh() - b.tanh()) ** 2,
)


@pytest.mark.exercise("Scalar")
class TestScalar:
    @pytest.fixture
    def check(self, student, agree):
        """Run a program with both classes, and compare."""
        return lambda program, *inputs: agree.through(program, student.Scalar, reference.Scalar, *inputs)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """For z = a·b + a at a = 2, b = 3 the gradients are 4 and 2."""
        agree.through(product_and_sum, student.Scalar, reference.Scalar, 2.0, 3.0)

    @pytest.mark.parametrize("operation", BINARY)
    def test_two_scalars(self, check, rng, operation):
        """Two Scalars are combined, and both get their gradients."""
        for _ in range(4):
            check(two_scalars, operation, number(rng), number(rng))

    @pytest.mark.parametrize("operation", BINARY)
    def test_number_on_the_right(self, check, rng, operation):
        """The second operand may be a plain number."""
        for value in (2, 0.5, -3, number(rng)):
            check(number_on_the_right, operation, number(rng), value)

    @pytest.mark.parametrize("operation", BINARY)
    def test_number_on_the_left(self, check, rng, operation):
        """The first operand may be a plain number."""
        for value in (2, 0.5, -3, number(rng)):
            check(number_on_the_left, operation, number(rng), value)

    @pytest.mark.weight(2)
    def test_powers(self, check, rng):
        """The exponent is any plain number: whole or not, positive or not."""
        for k in EXPONENTS:
            check(power, positive(rng), k)
        for k in (2, 3, -1):
            check(power, -positive(rng), k)

    @pytest.mark.parametrize("function", ["tanh", "relu", "exp"])
    def test_functions(self, check, rng, function):
        """Each function has its value and its derivative, on both sides of 0."""
        for sign in (-1, 1, -2, 2):
            check(function_of, function, sign * positive(rng))

    @pytest.mark.parametrize("function", ["tanh", "relu", "exp"])
    def test_functions_inside(self, check, rng, function):
        """A function in the middle of a formula passes on what it has received, times its derivative."""
        for _ in range(4):
            check(function_inside, function, number(rng), number(rng))

    def test_kink_of_relu(self, check, rng):
        """At 0 relu is 0, and so is its derivative."""
        for zero in (0.0, 0, -0.0):
            check(function_of, "relu", zero)
            check(function_inside, "relu", zero, number(rng))

    @pytest.mark.parametrize("operation", BINARY)
    def test_used_twice(self, check, rng, operation):
        """A Scalar that is combined with itself gets both gradients, added up."""
        for _ in range(3):
            check(used_twice, operation, number(rng))

    @pytest.mark.weight(2)
    def test_used_in_several_places(self, check, rng):
        """A leaf that is used in several places gets the gradients from all of them, added up."""
        for _ in range(4):
            check(used_often, number(rng), number(rng))

    @pytest.mark.weight(2)
    @pytest.mark.parametrize("program", [diamond, long_and_short_way, short_way_first, made_before_used])
    def test_order(self, check, rng, program):
        """What lies in between passes its gradient on only when it has received it from all its uses."""
        for _ in range(4):
            check(program, *(number(rng) for _ in range(3 if program is made_before_used else 2)))

    @pytest.mark.weight(2)
    def test_backward_again(self, check, rng):
        """After the leaves were set to 0, a second backward() gives the same gradients."""
        for _ in range(4):
            check(backward_again, number(rng), number(rng))

    def test_leaves_accumulate(self, check, rng):
        """Without that, the leaves add up what they get from each backward()."""
        for _ in range(4):
            check(backward_twice, number(rng), number(rng))

    @pytest.mark.weight(2)
    @pytest.mark.parametrize("program", [two_results, inside_first])
    def test_nothing_left_over(self, check, rng, program):
        """What lies in between carries nothing over from the backward() of another result."""
        for _ in range(4):
            check(program, number(rng), number(rng))

    def test_result_and_leaves(self, check, rng):
        """The result's own gradient is 1, a new leaf's is 0, and who has no part gets nothing."""
        for _ in range(3):
            check(gradient_of_itself, number(rng), number(rng))
            check(single_leaf, number(rng))
            check(bystander, number(rng), number(rng), number(rng))

    def test_operands_stay(self, check, rng):
        """An operation makes a new Scalar, and leaves its operands as they are."""
        for _ in range(3):
            check(operands_stay, number(rng), number(rng))

    def test_integers(self, check):
        """A Scalar may be made from a whole number; values and gradients are floats all the same."""
        for a, b in ((2, 3), (5, -2), (-1, 4)):
            check(product_and_sum, a, b)
            check(two_scalars, "/", a, b)

    def test_long_formulas(self, check, rng):
        """Two hundred operations may follow one another."""
        for length in (200, 20, 5):
            check(long_sum, number(rng), number(rng), length)
        for length in (20, 10, 5):
            check(long_product, number(rng), positive(rng) / 2 + 0.5, length)

    def test_doubled_again_and_again(self, check, rng):
        """Every doubling doubles the gradient."""
        for times in (3, 6, 9):
            check(doubled, number(rng), times)

    def test_neurons(self, check, rng):
        """A neuron, or a layer of them, can be made of Scalars, with a loss on top."""
        for n in (2, 3, 4):
            check(neuron, rng.normal(size=n).tolist(), rng.normal(size=n).tolist(), number(rng), number(rng))
            check(layer, rng.normal(size=2).tolist(), rng.normal(size=(2, 2)).tolist())

    @pytest.mark.weight(2)
    def test_random_formulas(self, check, rng):
        """Any formula has the right value and the right gradients."""
        for _ in range(5):
            n, k = size(rng, 1, 3), size(rng, 1, 6)
            steps = [
                [size(rng, 0, len(_STEPS) - 1), size(rng, 0, n + i - 1), size(rng, 0, n + i - 1)] for i in range(k)
            ]
            check(formula, [number(rng) for _ in range(n)], steps)
