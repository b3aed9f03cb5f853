"""Mutants of numerical code: small mistakes put into a solution, to see whether the hidden tests notice them.

=================  ===================================================================================================
deletion           `a += b`, `x[i] = a`, a call for its effect, or a guard that raises or returns is deleted
jump               `continue` becomes `break`, and the other way round; both are dropped
loop-once          a loop runs once
loop-skips         a loop leaves out its first or last value
result-order       neighbours of a returned tuple change places
zero-result        an element of a returned tuple, or the result of a backward pass, becomes zeros
axis               another axis, none, or one of several dropped
contracted-axes    one pair of the axes of `np.tensordot` dropped
keepdims           dropped, or added
transpose          `.T` dropped or added beside `@`; `transpose`, `swapaxes`, `moveaxis` dropped, or two axes swapped
reshape            the last two sizes swapped
joining-order      neighbours in `concatenate`, `stack` … swapped
einsum             two letters of the output swapped
reversal           `[::-1]`, `np.flip`, `reversed` dropped
sum-mean           `sum` becomes `mean`, and the other way round
zeros-ones         `zeros` becomes `ones`, and the other way round; likewise `zeros_like`
function           `sqrt`, `abs`, `tanh`, `clip` dropped; `log` becomes `log1p`; relu becomes the identity or `abs`
where              `np.where(c, a, b)` becomes `np.where(c, b, a)`, `a`, `b`
copying            a copy is not made
conversion         `np.asarray(x, dtype=float)` without the dtype, in float32, or dropped; likewise `astype`
in-place           `x - m` becomes `np.subtract(x, m, out=x)`, where x may be an array of the caller
comparison         `<` becomes `<=`, `>` becomes `>=`, `==` becomes `!=`, and the other way round
negation           the condition of an `if`, `while`, `np.where`, or a mask that is multiplied, is negated
and-or             `and` becomes `or`, and the other way round
not-dropped        `not a` and `~a` become `a`
min-max            `min` becomes `max`, and the other way round; likewise `minimum`, `argmin`, and the methods
plus-minus         `a + b` becomes `a - b`, and the other way round
times-divide       `a * b` becomes `a / b`, and the other way round
floor-division     `a // b` becomes `a / b`, and the other way round
remainder          `a % b` becomes `a`
exponent           one more, one less
sign               a minus dropped; a minus before what is assigned or returned
operand-order      `A @ B` becomes `B @ A`; likewise `a - b`, `a / b`
drop-term          `a + b` becomes `a`, `b`; `a - b` becomes `a`, `-b`
drop-factor        `a * b` becomes `a`, `b`; `a / b` becomes `a`
accumulation       `+=` becomes `=` and `-=`; `=` becomes `+=` where there is a value already
constant           an int one more, one less; a float doubled, halved, a small one 0
boolean            `True` becomes `False`, and the other way round
slice-bound        one more, one less, dropped
slice-step         one more, one less, dropped
index              `x[-1]` becomes `x[0]`, and the other way round; `x[i]` becomes `x[i + 1]`, `x[i - 1]`
range-bound        one more, one less; the start or the step dropped; a range backwards runs forwards
variable           another variable of the same kind: `kh` and `kw`, `x` and `dx`, neighbours in a parameter list
upstream           the gradient from above becomes ones
=================  ===================================================================================================

`mutants` changes the tree in one place, but the text is the solution's own with one piece replaced, so that a diff is
one line. No two mutants have the same tree. Some may still compute the same: no list of operators can know.

`reordered` makes the opposite, a module that is as right as the solution: no test may fail it.
"""

from grader.mutation.generate import mutants
from grader.mutation.model import Edit, Mutant
from grader.mutation.operators import OPERATORS, Operator
from grader.mutation.ownership import concerned
from grader.mutation.reorder import reordered

__all__ = ["OPERATORS", "Edit", "Mutant", "Operator", "concerned", "mutants", "reordered"]
