"""What a wrong answer looks like: a known misconception, or a finding about its structure.

Hidden tests leave `Observation`s. `diagnose` reads those of one exercise together, since a cause explains all of them
or it is not the cause.
"""

from grader.diagnose.findings import Finding, diagnose
from grader.diagnose.misconceptions import Misconception, load_misconceptions, misconception

__all__ = ["Finding", "Misconception", "diagnose", "load_misconceptions", "misconception"]
