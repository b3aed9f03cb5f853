"""All operators by name, in the order in which they are tried: of equal mutants, the first keeps its name."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from grader.mutation.arithmetic import ARITHMETIC
from grader.mutation.arrays import ARRAYS
from grader.mutation.comparisons import COMPARISONS
from grader.mutation.constants import CONSTANTS
from grader.mutation.context import Context
from grader.mutation.control import CONTROL
from grader.mutation.functions import FUNCTIONS
from grader.mutation.model import Edit
from grader.mutation.variables import VARIABLES

Operator = Callable[[ast.AST, Context], Iterable[Edit]]

OPERATORS: dict[str, Operator] = {
    **CONTROL,
    **ARRAYS,
    **FUNCTIONS,
    **COMPARISONS,
    **ARITHMETIC,
    **CONSTANTS,
    **VARIABLES,
}
