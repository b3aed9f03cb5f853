"""`grade audit` on a tiny course: what it finds, and that it finds nothing else."""

import json
import tomllib
from collections import Counter
from html.parser import HTMLParser

import pytest

HOLE = "double: conversion: np.asarray(x, dtype=float) → np.asarray(x)"


@pytest.fixture
def audited(course):
    """Audit the tiny course; returns the finished command and, of its JSON, the document."""

    def audit(*options: str):
        done = course.grade("audit", "1", "--json", "-o", course.root / "audit.json", *options)
        assert done.returncode in (0, 1), done.stderr
        return done, json.loads((course.root / "audit.json").read_text(encoding="utf-8"))

    return audit


def list_as_equivalent(course, *names: str) -> None:
    rows = [f"[{json.dumps(name, ensure_ascii=False)}]\nreason = 'There are no other inputs.'\n" for name in names]
    folder = course.root / "tests/hidden/assignment1_tiny"
    (folder / "equivalent_mutants.toml").write_text("\n".join(rows), encoding="utf-8")


def change(course, file: str, old: str, new: str) -> None:
    path = course.root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


HIDDEN = "tests/hidden/assignment1_tiny/test_tiny.py"


def survivors(document) -> list[str]:
    return [m["name"] for m in document["mutants"] if m["survived"]]


def test_survivors_are_shown(audited):
    """A mutant that no test notices is a diff, with the inputs that were tried; the exit code is 1."""
    done, document = audited()

    assert done.returncode == 1
    assert HOLE in survivors(document)
    assert "+    return 2.0 * np.asarray(x)" in done.stdout
    assert "inputs tried: x (2,); x (1,); x (3,); x (5,); x (4,)" in done.stdout


def test_page(course):
    """The page shows what the terminal shows, and the kill matrix; names of mutants are text, whatever they hold."""
    change(
        course,
        "solutions/assignment1_tiny/tiny.py",
        "    return float(",
        "    if x.size < 0: x = -x\n    return float(",
    )
    page = course.root / "audit.html"

    done = course.grade("audit", "1", "--json", "-o", course.root / "audit.json", "--html", page)

    document = json.loads((course.root / "audit.json").read_text(encoding="utf-8"))
    found = Page(page.read_text(encoding="utf-8"))
    assert done.returncode == 1, done.stderr
    assert not found.left_open
    assert found.tags.keys().isdisjoint({"script", "link", "img"})
    assert any("<" in m["name"] for m in document["mutants"])
    names = [m["name"].partition(": ")[2] for m in document["mutants"]]
    assert [name for name in names if name not in found.texts] == []
    assert [f"survives: {name}" for name in survivors(document) if f"survives: {name}" not in found.text] == []
    assert found.texts.count("●") == sum(len(m["failed"]) for m in document["mutants"])


class Page(HTMLParser):
    """The texts and tags of an HTML page, and the tags that were not closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags = Counter[str]()
        self.left_open: list[str] = []
        self.feed(html)
        self.text = "".join(self.texts)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags[tag] += 1
        if tag not in ("meta", "br"):
            self.left_open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.left_open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_contract_kept(course, audited):
    """With a reason for each mutant that cannot be noticed, all is well, and the command says so with exit code 0."""
    _, before = audited()
    list_as_equivalent(course, *survivors(before))

    done, document = audited()

    assert document["broken_rules"] == []
    assert done.returncode == 0
    assert "keeps its contract" in done.stdout


def test_mutants_are_killed_by_tests_that_are_named(audited):
    """The kill matrix has each mutant's failed tests, and each test what it alone kills."""
    _, document = audited()
    by_name = {m["name"]: m for m in document["mutants"]}
    alone = {name for t in document["tests"] for name in t["alone"]}

    assert by_name["double: constant: 2.0 * np.asarray(x, dtype=float) → 4.0 * np.asarray(x, dtype=float)"]["failed"]
    assert alone == {name for name, m in by_name.items() if len(m["failed"]) == 1}


def test_stale_equivalents(course, audited):
    """A reason for a mutant that a test kills, or that does not exist, is out of date."""
    list_as_equivalent(course, "double: sign: this → that")

    done, document = audited("--quick", "--lanes", "1")
    _, full = audited()

    assert full["stale_equivalents"] == ["double: sign: this → that"]
    assert document["sampled"]
    assert done.returncode == 1


def test_blind_test_is_found(course, audited):
    """If the test that compares totals goes, mutants of `total` survive."""
    change(
        course, HIDDEN, "agree(student.total, reference.total, rng.normal(size=(n, 2)))", "student.total(np.ones(n))"
    )

    _, document = audited()

    assert any(name.startswith("total:") for name in survivors(document))


def test_misconception_that_nothing_notices(course, audited):
    """A misconception that fails no test breaks the contract, by name."""
    change(course, "tests/hidden/assignment1_tiny/misconceptions.py", "return x * x", "return 2.0 * x")

    done, document = audited()

    assert [t["failed"] for t in document["misconceptions"]] == [[]]
    assert "Misconceptions that fail no test: squared." in done.stdout


def test_undeclared_dependence(course, audited):
    """An exercise that calls another without saying so loses points for its mistakes."""
    change(course, "assignments/assignment1_tiny/assignment.toml", 'builds_on = ["double"]', "")

    _, document = audited()

    assert any("total (when double is wrong)" in rule for rule in document["broken_rules"])


def test_wrong_solution(course, audited):
    """A solution that fails a test is the first thing to be told, with the seed."""
    change(course, "solutions/assignment1_tiny/tiny.py", "float(double(x).sum())", "float(double(x).sum()) + 1.0")

    done, _ = audited()

    assert "With seed 0, the solution fails TestTotal::test_random" in done.stdout


def test_flaky_test(course, audited):
    """A test whose verdict depends on the clock makes two runs differ, or fails under some seed."""
    change(course, HIDDEN, "> 0,", "> 0 and __import__('time').time_ns() % 3,")

    done, _ = audited()

    assert done.returncode == 1


def test_tight_tolerance(course, audited):
    """A tolerance that other right programs hardly meet is told."""
    change(
        course,
        "assignments/assignment1_tiny/assignment.toml",
        'builds_on = ["double"]',
        'builds_on = ["double"]\nrtol = 1e-16\natol = 2e-16',
    )

    done, _ = audited()

    assert "no room" in done.stdout or "fails TestTotal::test_random" in done.stdout


def test_short_time_limit(course, audited):
    """A limit that the solution itself nearly needs is told: students' programs are slower."""
    change(
        course,
        "solutions/assignment1_tiny/tiny.py",
        "    return 2.0 * np.asarray(x, dtype=float)",
        "    __import__('time').sleep(0.03)\n    return 2.0 * np.asarray(x, dtype=float)",
    )
    manifest = "assignments/assignment1_tiny/assignment.toml"
    change(course, manifest, "seconds_per_call = 1.0", "seconds_per_call = 0.2")

    done, document = audited("--quick")

    shares = [test["share"] for test in document["tests"] if test["exercise"] == "double"]
    assert max(shares) > 0.3
    assert "of the seconds of a call" in " ".join(done.stdout.split())
    assert any("over 25% of the seconds of a call: TestDouble" in rule for rule in document["broken_rules"])


def test_without_a_solution(course):
    """An audit needs a solution, and says so."""
    (course.root / "solutions/assignment1_tiny/tiny.py").unlink()

    done = course.grade("audit", "1")

    assert done.returncode == 2
    assert "has no solution" in done.stderr


def test_malformed_equivalents(course):
    """A list of equivalent mutants without reasons is refused."""
    (course.root / "tests/hidden/assignment1_tiny/equivalent_mutants.toml").write_text("['a']\nwhy = 'so'\n")

    done = course.grade("audit", "1")

    assert done.returncode == 2
    assert "holds a reason" in done.stderr


def test_equivalents_are_toml_as_printed(course, audited):
    """Names of mutants can be copied from the audit into the list."""
    _, document = audited()
    list_as_equivalent(course, *survivors(document))

    text = (course.root / "tests/hidden/assignment1_tiny/equivalent_mutants.toml").read_text(encoding="utf-8")

    assert list(tomllib.loads(text)) == survivors(document)
