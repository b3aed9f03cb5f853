"""An audit as one HTML page, to be opened by a click or handed round: no script, nothing from elsewhere.

For each exercise: what survives, with its diff and the inputs tried; the kill matrix, a column for each test and a row
for each mutant; the room around each tolerance; how misconceptions were named.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from grader.audit import Audit, MutantTrial, TestAudit, Trial, summary, times
from grader.model import Exercise

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #cf222e; --soft: #8882; }
@media (prefers-color-scheme: dark) { :root { --good: #3fb950; --bad: #ff7b72; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
code, pre, .name { font-family: ui-monospace, monospace; font-size: .85rem; }
pre { background: var(--soft); padding: .6rem .8rem; overflow-x: auto; border-radius: .4rem; }
table { border-collapse: collapse; } th, td { padding: .15rem .6rem; text-align: right; vertical-align: top; }
th:first-child, td:first-child { text-align: left; } thead th { border-bottom: 1px solid var(--line); }
tbody tr:hover { background: var(--soft); }
.good { color: var(--good); } .bad { color: var(--bad); }
.scroll { overflow-x: auto; } .matrix th, .matrix td { padding: .05rem .3rem; text-align: center; }
.matrix th:first-child, .matrix td:first-child { text-align: left; max-width: 40rem; overflow-wrap: anywhere; }
details { margin: .4rem 0; } summary { cursor: pointer; }
"""


def audit_to_html(found: Audit) -> str:
    """The audit as a whole document; mutants and names are shown as text, whatever they hold."""
    title = f"{found.assignment.title}: audit of the hidden tests"
    exercises = [e for e in found.assignment.exercises if e.name not in found.left_out]
    parts = [
        f"<h1>{escape(title)}</h1>",
        _verdict(found),
        *(f"<p>{escape(sentence)}</p>" for sentence in summary(found)),
        _overview(found, exercises),
        *(part for e in exercises for part in _exercise(found, e)),
    ]
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}<style>{_STYLE}</style></head>\n<body>\n{body}\n</body></html>\n'
    )


def _verdict(found: Audit) -> str:
    if not found.broken_rules:
        return '<p class="good">✓ The assignment keeps its contract.</p>'
    return "\n".join(f'<p class="bad">✗ {escape(rule)}</p>' for rule in found.broken_rules)


def _overview(found: Audit, exercises: Iterable[Exercise]) -> str:
    rows = []
    for exercise in exercises:
        mutants, trials = _mutants(found, exercise), _trials(found, exercise)
        survive = sum(m.survived for m in mutants)
        named = sum(t.right for t in trials)
        cells = (
            f'<a href="#{escape(exercise.name)}">{escape(exercise.name)}</a>',
            str(len(_tests(found, exercise))),
            str(len(mutants)),
            str(sum(bool(m.failed) for m in mutants)),
            str(sum(bool(m.equivalent) for m in mutants)),
            _judged(str(survive), good=not survive),
            _judged(f"{named}/{len(trials)}", good=named == len(trials)),
        )
        rows.append(cells)
    return _table(("exercise", "tests", "mutants", "killed", "equivalent", "survive", "named"), rows)


def _exercise(found: Audit, exercise: Exercise) -> Iterable[str]:
    mutants, tests, trials = _mutants(found, exercise), _tests(found, exercise), _trials(found, exercise)
    yield f'<h2 id="{escape(exercise.name)}">{escape(exercise.name)}</h2>'
    for mutant in (m for m in mutants if m.survived):
        yield f'<p class="bad">survives: <span class="name">{escape(mutant.name)}</span></p>'
        yield _diff(mutant)
        yield f"<p>inputs tried: {escape('; '.join(mutant.inputs))}</p>"
    equivalent = [m for m in mutants if m.equivalent]
    if equivalent:
        yield _folded(f"{len(equivalent)} listed as equivalent", *map(_equivalent, equivalent))
    if mutants:
        yield _folded(f"kill matrix: {len(mutants)} mutants, {len(tests)} tests", _matrix(mutants, tests))
    yield _folded("tests: kills and tolerances", _tolerances(tests))
    unnamed = [t for t in trials if not t.right]
    if unnamed:
        rows = [(_name(t.misconception), escape(t.named or "–"), str(len(t.failed))) for t in unnamed]
        yield _table(("misconception that is not named", "named instead", "tests it fails"), rows)


def _equivalent(mutant: MutantTrial) -> str:
    return f"<p>{_name(mutant.name)}<br>{escape(mutant.equivalent)}</p>"


def _diff(mutant: MutantTrial) -> str:
    return f"<pre>{escape(chr(10).join(mutant.diff.splitlines()[2:]))}</pre>"


def _matrix(mutants: Sequence[MutantTrial], tests: Sequence[TestAudit]) -> str:
    """Tests have numbers, which the table of tests explains."""
    numbers = {test.name: str(k) for k, test in enumerate(tests, 1)}
    head = ("mutant", *(f'<span title="{escape(name)}">{n}</span>' for name, n in numbers.items()), "named")
    rows = [
        (
            f'<span class="name" title="{escape(m.diff)}">{escape(m.name.partition(": ")[2])}</span>',
            *("●" if name in m.failed else "" for name in numbers),
            escape(m.named),
        )
        for m in mutants
    ]
    return _table(head, rows, "matrix")


def _tolerances(tests: Sequence[TestAudit]) -> str:
    rows = [
        (
            f"{k}. {_name(test.name)}",
            str(test.kills),
            str(len(test.alone)),
            _judged(times(test.largest_right), good=test.has_room),
            times(test.smallest_wrong),
            _judged(f"{test.share:.1%}", good=test.has_time),
        )
        for k, test in enumerate(tests, 1)
    ]
    return _table(("test", "kills", "alone", "right programs differ by", "wrong ones by", "of a call's seconds"), rows)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]], kind: str = "") -> str:
    """A table of cells that are HTML already."""
    top = "".join(f"<th>{cell}</th>" for cell in head)
    body = "\n".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    attribute = f' class="{kind}"' if kind else ""
    return f'<div class="scroll"><table{attribute}><thead><tr>{top}</tr></thead><tbody>\n{body}\n</tbody></table></div>'


def _folded(title: str, *parts: str) -> str:
    return f"<details><summary>{escape(title)}</summary>{''.join(parts)}</details>"


def _judged(text: str, *, good: bool) -> str:
    return f'<span class="{"good" if good else "bad"}">{escape(text)}</span>'


def _name(text: str) -> str:
    return f'<span class="name">{escape(text)}</span>'


def _mutants(found: Audit, exercise: Exercise) -> list[MutantTrial]:
    return [m for m in found.mutants if m.exercise == exercise.name]


def _tests(found: Audit, exercise: Exercise) -> list[TestAudit]:
    return [t for t in found.tests if t.exercise == exercise.name]


def _trials(found: Audit, exercise: Exercise) -> list[Trial]:
    return [t for t in found.misconceptions if t.exercise == exercise.name]
