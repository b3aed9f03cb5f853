"""Who grades the graders: whether the hidden tests of an assignment catch what they should, and nothing else.

::

    solution   under many seeds, the stub, repeated runs, right programs of other kinds
    mutants    the solution with one change each: does a test notice?
    misconceptions   does a test notice, and is the misconception named?
    independence     does a wrong exercise cost another one points?

Submissions are graded by the code that grades students, in the same sandbox. Misconceptions are functions of the
assignment's author, and take a submission's place in the trusted process.
"""

from grader.audit.equivalents import load_equivalents
from grader.audit.jobs import reference_functions, try_misconceptions
from grader.audit.model import Audit, Dependence, MutantTrial, TestAudit, Trial
from grader.audit.plan import audit
from grader.audit.summary import summary, times

__all__ = [
    "Audit",
    "Dependence",
    "MutantTrial",
    "TestAudit",
    "Trial",
    "audit",
    "load_equivalents",
    "reference_functions",
    "summary",
    "times",
    "try_misconceptions",
]
