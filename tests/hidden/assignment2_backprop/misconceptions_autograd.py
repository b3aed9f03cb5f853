"""What goes wrong with a small autograd: wrong classes, and a sentence for each.

Each is the right class with one of its methods changed.
"""

import math

from grader.diagnose import misconception
from reference.backprop import Scalar

# Going back ----------------------------------------------------------------------------------------------------------


def _start(node):
    """The nodes of a graph, the one that was made last first, ready to go back through."""
    nodes = node.graph()
    for inner in nodes:
        if inner.made_from:
            inner.grad = 0.0
    node.grad = 1.0
    return nodes


def _pass_on(node):
    for operand, slope in node.made_from:
        operand.grad += node.grad * slope


@misconception(
    "Scalar",
    "A gradient that arrives overwrites the one before (= for +=): a Scalar that is used twice needs the sum of both.",
)
class GradientsOverwritten(Scalar):
    def backward(self):
        for node in _start(self):
            for operand, slope in node.made_from:
                operand.grad = node.grad * slope


class _InPieces(Scalar):
    """Differences and quotients made of sums, products and powers; the order of going back found branch by branch."""

    def __sub__(self, other):
        return self + other * -1

    def __rsub__(self, other):
        return self * -1 + other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return self**-1 * other

    def order(self):
        order, seen = [], set()

        def visit(node):
            if node.number not in seen:
                seen.add(node.number)
                for operand, _ in node.made_from:
                    visit(operand)
                order.append(node)

        visit(self)
        return reversed(order)


@misconception(
    "Scalar",
    "A gradient that arrives overwrites the one before (= for +=); a Scalar that is used twice needs the sum of both.",
)
class GradientsOverwrittenInPieces(_InPieces):
    def backward(self):
        self.grad = 1.0
        for node in self.order():
            for operand, slope in node.made_from:
                operand.grad = node.grad * slope


@misconception(
    "Scalar",
    "Gradients get no further than the operands of the result: you take one step, or you go through the nodes in the "
    "order in which they were made. Back-propagation starts at the result and goes on to the leaves.",
)
class OneStepBack(Scalar):
    def backward(self):
        _start(self)
        _pass_on(self)


@misconception(
    "Scalar",
    "You go back level by level, each node when you first come to it. A node that is also used on a longer way has "
    "then not received all of its gradient.",
)
class LevelByLevel(Scalar):
    def backward(self):
        _start(self)
        waiting, seen = [self], {self.number}
        while waiting:
            node = waiting.pop(0)
            _pass_on(node)
            for operand, _ in node.made_from:
                if operand.number not in seen:
                    seen.add(operand.number)
                    waiting.append(operand)


@misconception(
    "Scalar",
    "You go down each branch to its end before the next, each node when you first come to it: a node that other "
    "branches use too has then not received all of its gradient.",
)
class BranchByBranch(Scalar):
    def backward(self):
        _start(self)
        seen = set()

        def visit(node):
            if node.number not in seen:
                seen.add(node.number)
                _pass_on(node)
                for operand, _ in node.made_from:
                    visit(operand)

        visit(self)


@misconception(
    "Scalar",
    "Each time a gradient arrives at a node you pass on all that it has so far, so that earlier parts count again.",
)
class PassedOnAgain(Scalar):
    def backward(self):
        _start(self)

        def visit(node):
            for operand, slope in node.made_from:
                operand.grad += node.grad * slope
                visit(operand)

        visit(self)


@misconception(
    "Scalar",
    "The nodes in between keep their gradients from an earlier backward(); they have to start from 0 each time.",
)
class InnerGradientsKept(Scalar):
    def backward(self):
        nodes = self.graph()
        self.grad = 1.0
        for node in nodes:
            _pass_on(node)


@misconception("Scalar", "You set the leaves to 0 in backward(); they add up, until their user sets them to 0.")
class LeavesSetToZero(Scalar):
    def backward(self):
        nodes = self.graph()
        for node in nodes:
            node.grad = 0.0
        self.grad = 1.0
        for node in nodes:
            _pass_on(node)


@misconception("Scalar", "The result's own gradient is never set to 1, so that nothing but zeros is passed on.")
class NeverStarted(Scalar):
    def backward(self):
        self.graph()


@misconception(
    "Scalar",
    "A second backward() does nothing in your class: marks of what was visited stay, or the graph is taken apart.",
)
class OnlyOnce(Scalar):
    def backward(self):
        for node in _start(self):
            _pass_on(node)
            node.made_from = []


@misconception(
    "Scalar",
    "You pass on the derivative alone; it is to be multiplied by the gradient that has arrived.",
)
class UpstreamIgnored(Scalar):
    def backward(self):
        for node in _start(self):
            for operand, slope in node.made_from:
                operand.grad += slope


@misconception("Scalar", "You keep the operands without repetition: of a + a, a is there only once.")
class OperandsOnce(Scalar):
    def node(self, data, *made_from):
        return super().node(data, *{operand.number: (operand, slope) for operand, slope in made_from}.values())


# Operators -----------------------------------------------------------------------------------------------------------


@misconception("Scalar", "A plain number is not accepted as an operand, on either side; make a Scalar of it.")
class NumbersRefused(Scalar):
    def of(self, value):
        if not isinstance(value, Scalar):
            raise AttributeError("a number has no data")  # noqa: TRY004 - as Python would
        return value

    __radd__ = __rsub__ = __rmul__ = __rtruediv__ = None


@misconception(
    "Scalar",
    "A plain number on the left is not accepted: for 2 + a Python asks for a.__radd__, and so for the other operators.",
)
class NothingReflected(Scalar):
    __radd__ = __rsub__ = __rmul__ = __rtruediv__ = None


@misconception("Scalar", "2 − a and 2 / a fail: they need __rsub__ and __rtruediv__.")
class OnlyCommutativeReflected(Scalar):
    __rsub__ = __rtruediv__ = None


@misconception("Scalar", "2 + a fails: it needs __radd__.")
class SumNotReflected(Scalar):
    __radd__ = None


@misconception("Scalar", "2 * a fails: it needs __rmul__.")
class ProductNotReflected(Scalar):
    __rmul__ = None


@misconception("Scalar", "2 − a fails: it needs __rsub__.")
class DifferenceNotReflected(Scalar):
    __rsub__ = None


@misconception("Scalar", "2 / a fails: it needs __rtruediv__.")
class QuotientNotReflected(Scalar):
    __rtruediv__ = None


@misconception("Scalar", "2 − a gives a − 2 in your class: in __rsub__ the number stands on the left.")
class DifferenceTurned(Scalar):
    def __rsub__(self, other):
        return self - other


@misconception("Scalar", "2 / a gives a / 2 in your class: in __rtruediv__ the number stands on the left.")
class QuotientTurned(Scalar):
    def __rtruediv__(self, other):
        return self / other


@misconception("Scalar", "2 − a and 2 / a give a − 2 and a / 2 in your class: the number stands on the left.")
class BothTurned(Scalar):
    def __rsub__(self, other):
        return self - other

    def __rtruediv__(self, other):
        return self / other


@misconception("Scalar", "Of a − b, b gets the gradient of a sum; it is the negative one.")
class DifferenceAsSum(Scalar):
    def __sub__(self, other):
        other = self.of(other)
        return self.node(self.data - other.data, (self, 1.0), (other, 1.0))


@misconception("Scalar", "Of a + b, only a gets a gradient; b is as much an operand.")
class FirstSummandOnly(Scalar):
    def __add__(self, other):
        other = self.of(other)
        return self.node(self.data + other.data, (self, 1.0))


@misconception("Scalar", "Of a · b, each factor gets its own value for a gradient; it gets that of the other one.")
class FactorsMixedUp(Scalar):
    def __mul__(self, other):
        other = self.of(other)
        return self.node(self.data * other.data, (self, self.data), (other, other.data))


@misconception("Scalar", "Of a · b, both factors get a gradient of 1, as in a sum; each gets the value of the other.")
class ProductAsSum(Scalar):
    def __mul__(self, other):
        other = self.of(other)
        return self.node(self.data * other.data, (self, 1.0), (other, 1.0))


@misconception("Scalar", "Of a / b, the gradient of b has lost its minus: it is −a / b².")
class QuotientWithoutMinus(Scalar):
    def __truediv__(self, other):
        other = self.of(other)
        return self.node(self.data / other.data, (self, 1 / other.data), (other, self.data / other.data**2))


@misconception("Scalar", "Of a / b, the gradient of b is divided by b; it is divided by b².")
class QuotientWithoutSquare(Scalar):
    def __truediv__(self, other):
        other = self.of(other)
        return self.node(self.data / other.data, (self, 1 / other.data), (other, -self.data / other.data))


@misconception("Scalar", "Of a / b, b gets −1 / b²; a belongs to it too: −a / b².")
class NumeratorForgotten(Scalar):
    def __truediv__(self, other):
        other = self.of(other)
        return self.node(self.data / other.data, (self, 1 / other.data), (other, -1 / other.data**2))


@misconception("Scalar", "Of a / b, a gets a gradient of 1; it is 1 / b.")
class DenominatorForgotten(Scalar):
    def __truediv__(self, other):
        other = self.of(other)
        return self.node(self.data / other.data, (self, 1.0), (other, -self.data / other.data**2))


@misconception("Scalar", "You divide with //, so that fractions are cut off.")
class WholeQuotients(Scalar):
    def __truediv__(self, other):
        other = self.of(other)
        return self.node(self.data // other.data, (self, 1 / other.data), (other, -self.data / other.data**2))


# Powers and functions ------------------------------------------------------------------------------------------------


def _power(slope):
    def power(self, k):
        return self.node(self.data**k, (self, slope(self.data, k)))

    return power


@misconception("Scalar", "The derivative of a^k is k in your class; the factor a^(k − 1) is missing.")
class PowerKeepsOnlyTheExponent(Scalar):
    __pow__ = _power(lambda a, k: float(k))


@misconception("Scalar", "The derivative of a^k is a^(k − 1) in your class; the factor k is missing.")
class ExponentForgotten(Scalar):
    __pow__ = _power(lambda a, k: a ** (k - 1))


@misconception("Scalar", "The derivative of a^k is k · a^k in your class; the exponent falls by one.")
class ExponentNotLowered(Scalar):
    __pow__ = _power(lambda a, k: k * a**k)


@misconception("Scalar", "The derivative of a^k is that of a square, 2a, in your class, whatever k is.")
class AlwaysASquare(Scalar):
    __pow__ = _power(lambda a, k: 2 * a)


@misconception("Scalar", "The derivative of a^k is (k − 1) · a^(k − 1) in your class; the factor is k.")
class LoweredBeforeItComesDown(Scalar):
    __pow__ = _power(lambda a, k: (k - 1) * a ** (k - 1))


def _function(value, slope):
    def function(self):
        return self.node(value(self.data), (self, slope(self.data)))

    return function


def _relu(x):
    return max(x, 0.0)


@misconception("Scalar", "The derivative of tanh is 1 − x² in your class; it is 1 − tanh(x)².")
class TanhSlopeOfTheInput(Scalar):
    tanh = _function(math.tanh, lambda x: 1 - x**2)


@misconception("Scalar", "The derivative of tanh is 1 − tanh(x) in your class; the square is missing.")
class TanhSquareForgotten(Scalar):
    tanh = _function(math.tanh, lambda x: 1 - math.tanh(x))


@misconception("Scalar", "You apply tanh to the output once more in its derivative; 1 − out² is enough.")
class TanhTwice(Scalar):
    tanh = _function(math.tanh, lambda x: 1 - math.tanh(math.tanh(x)) ** 2)


@misconception("Scalar", "At 0 your relu has the derivative 1; take 0 there.")
class ReluSlopeOneAtZero(Scalar):
    relu = _function(_relu, lambda x: float(x >= 0))


@misconception("Scalar", "At 0 your relu has the derivative ½; take 0 there.")
class ReluSlopeHalfAtZero(Scalar):
    relu = _function(_relu, lambda x: 0.5 if x == 0 else float(x > 0))


@misconception("Scalar", "Your relu passes every gradient on; where its input is negative nothing passes.")
class ReluPassesEverything(Scalar):
    relu = _function(_relu, lambda x: 1.0)


@misconception("Scalar", "Your relu passes on its value times the gradient; its derivative is 1 or 0.")
class ReluPassesItsValue(Scalar):
    relu = _function(_relu, _relu)


@misconception("Scalar", "Your relu is a leaky one; for negative numbers it is 0.")
class LeakyRelu(Scalar):
    relu = _function(lambda x: x if x > 0 else 0.01 * x, lambda x: 1.0 if x > 0 else 0.01)


@misconception(
    "Scalar", "The derivative of e^x is x · e^(x − 1) in your class, as if it were a power; it is e^x itself."
)
class ExponentialAsPower(Scalar):
    exp = _function(math.exp, lambda x: x * math.exp(x - 1))


@misconception("Scalar", "The derivative of e^x is x in your class; it is e^x itself.")
class ExponentialPassesItsInput(Scalar):
    exp = _function(math.exp, lambda x: x)


@misconception("Scalar", "Your exp passes the gradient on as it is; the derivative of e^x is e^x.")
class ExponentialPassesEverything(Scalar):
    exp = _function(math.exp, lambda x: 1.0)
