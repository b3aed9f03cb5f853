"""An audit as JSON, with the whole kill matrix: for each mutant the tests that it failed."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

from grader.audit import Audit, Trial

# History: 1: first.
AUDIT_FORMAT_VERSION = 1


def audit_to_json(found: Audit) -> str:
    """The audit as a JSON document; infinite differences are the text "inf"."""
    document = {
        "format_version": AUDIT_FORMAT_VERSION,
        "assignment": found.assignment.name,
        "isolation": {"level": found.isolation.level, "launcher": found.isolation.launcher},
        "broken_rules": list(found.broken_rules),
        "seeds": found.seeds,
        "seconds": found.seconds,
        "sampled": found.sampled,
        "left_out": list(found.left_out),
        "misconceptions": [_trial(t) for t in found.misconceptions],
        "mutants": [asdict(m) | {"survived": m.survived} for m in found.mutants],
        "stale_equivalents": list(found.stale),
        "tests": [asdict(t) | {"has_room": t.has_room, "has_time": t.has_time} for t in found.tests],
        "dependences": [asdict(d) for d in found.dependences],
        "precision": {"named": len(found.named), "false": len(found.false_names)},
    }
    return json.dumps(_finite(document), indent=2, allow_nan=False) + "\n"


def _trial(trial: Trial) -> dict[str, Any]:
    return {
        "exercise": trial.exercise,
        "misconception": trial.misconception,
        "failed": [o.test for o in trial.failed],
        "named": trial.named,
    }


def _finite(value: Any) -> Any:
    """The same with text in the place of numbers that JSON does not know."""
    if isinstance(value, dict):
        return {key: _finite(v) for key, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(v) for v in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
