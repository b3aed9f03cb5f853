"""The same tiny exercise, tests and notebooks, graded by nbgrader, by otter-grader and here.

``python -m venv /tmp/peers && /tmp/peers/bin/pip install nbgrader otter-grader numpy``, then
``python benchmarks/peers.py /tmp/peers --submissions 20``. Every tool gives each submission the points that it should
have, or this stops. Neither of the two isolates anything as it is run here; both can be put into containers.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
RIGHT = "def double(x):\n    return 2.0 * np.asarray(x, dtype=float)"
WRONG = "def double(x):\n    return np.asarray(x, dtype=float) ** 2"
TOTAL = "def total(x):\n    return float(np.sum(double(x)))"
TESTS = {
    "double": [
        "np.testing.assert_allclose(double(np.array([1.0, 2.5])), [2.0, 5.0])",
        (
            "rng = np.random.default_rng(0)\nfor n in (1, 3, 5):\n    x = rng.normal(size=n)\n"
            "    np.testing.assert_allclose(double(x), 2.0 * x)"
        ),
        (
            "rng = np.random.default_rng(1)\nx = rng.normal(size=4)\nkept = x.copy()\n"
            "np.testing.assert_allclose(double(x), 2.0 * kept)\nnp.testing.assert_allclose(double(x), 2.0 * kept)\n"
            "np.testing.assert_array_equal(x, kept)"
        ),
    ],
    "total": [
        (
            "rng = np.random.default_rng(2)\nfor n in (1, 3, 5):\n    x = rng.normal(size=(n, 2))\n"
            "    np.testing.assert_allclose(total(x), 2.0 * x.sum())"
        ),
        "rng = np.random.default_rng(3)\nassert total(rng.uniform(1, 2, size=7)) > 0",
    ],
}
POINTS = {"double": 6, "total": 4}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("venv", type=Path)
    arguments.add_argument("--submissions", type=int, default=10)
    options = arguments.parse_args()
    programs, n = options.venv.absolute() / "bin", options.submissions
    os.environ["PATH"] = f"{programs}{os.pathsep}{os.environ['PATH']}"
    versions = subprocess.run([programs / "pip", "list", "--format=json"], check=True, capture_output=True).stdout
    print({p["name"]: p["version"] for p in json.loads(versions) if p["name"] in ("nbgrader", "otter-grader")})
    with tempfile.TemporaryDirectory() as folder:
        # Here twice: to start takes longer than a few submissions.
        ways = [("here", here, n), ("here", here, 20 * n), ("nbgrader", nbgrader, n), ("otter-grader", otter, n)]
        for k, (name, way, number) in enumerate(ways):
            place = Path(folder) / str(k)
            place.mkdir()
            wall, cpu = way(place, programs, number)
            each = f"{1000 * wall / number:9.0f} ms wall {1000 * cpu / number:9.0f} ms CPU"
            print(f"{name:14} {each} for each of {number}", flush=True)


def notebook(cells: list[dict]) -> str:
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})


def cell(source: str, *, kind: str = "code", name: str = "", **metadata: object) -> dict:
    made = {"cell_type": kind, "id": name or f"c{abs(hash(source)) % 10**8}", "metadata": metadata, "source": source}
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def double_of(k: int) -> str:
    """Every second submission is wrong in one exercise, and so in what builds on it."""
    return f"{WRONG if k % 2 else RIGHT}\n# {k}"


def timed(words: list[object], place: Path, expected: int = 0) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), children()
    done = subprocess.run([*map(str, words)], cwd=place, capture_output=True, text=True, check=False)
    if done.returncode != expected:
        sys.exit(f"{words}\n{done.stdout}\n{done.stderr}")
    return time.perf_counter() - wall, children() - cpu


def children() -> float:
    """What bubblewrap's children took is not in it; see `batch.py` for that."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def here(place: Path, _: Path, n: int) -> tuple[float, float]:
    sys.path.insert(0, str(ROOT))
    from tests.end_to_end.conftest import make_course

    course = make_course(place)
    for k in range(n):
        cells = [cell("import numpy as np"), cell(double_of(k)), cell(TOTAL)]
        file = place / "class" / f"s{k}.ipynb"
        file.parent.mkdir(exist_ok=True)
        file.write_text(notebook(cells))
    os.environ["COLUMNS"] = "100"
    words = [
        sys.executable,
        "-m",
        "grader",
        "batch",
        "1",
        "class",
        "--gradebook",
        "book.sqlite",
        "--allow-weak-isolation",
    ]
    spent = timed(words, course.root)
    shown = subprocess.run([*words, "--json"], cwd=place, check=True, capture_output=True).stdout
    got = {s["student"]: s["points"] for s in json.loads(shown)["students"]}
    # One bug costs once: `total` is right, and keeps its points.
    assert got == {f"s{k}": 4 if k % 2 else 10 for k in range(n)}, got
    return spent


def nbgrader(place: Path, programs: Path, n: int) -> tuple[float, float]:
    (place / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'tiny'\n")
    release(place / "source" / "ps1" / "tiny.ipynb", RIGHT)
    timed([programs / "nbgrader", "generate_assignment", "ps1"], place)
    for k in range(n):
        release(place / "submitted" / f"s{k}" / "ps1" / "tiny.ipynb", double_of(k))
    spent = timed([programs / "nbgrader", "autograde", "ps1"], place)
    timed([programs / "nbgrader", "export", "--to", "grades.csv"], place)
    rows = [line.split(",") for line in (place / "grades.csv").read_text().splitlines()]
    student, score = rows[0].index("student_id"), rows[0].index("raw_score")
    got = {row[student]: float(row[score]) for row in rows[1:]}
    assert all(got[f"s{k}"] == (0 if k % 2 else 10) for k in range(n)), got
    return spent


def release(file: Path, double: str) -> None:
    """A notebook of nbgrader's, with its marks in the cells' metadata."""

    def marked(source: str, name: str, points: int | None = None) -> dict:
        marks = {"schema_version": 3, "grade_id": name, "task": False, "solution": points is None}
        marks |= {"grade": points is not None, "locked": points is not None}
        return cell(source, name=name, nbgrader=marks | ({"points": points} if points else {}))

    cells = [cell("import numpy as np", name="imports")]
    for name, source in {"double": double, "total": TOTAL}.items():
        cells += [marked(source, name), marked("\n".join(TESTS[name]), f"test_{name}", POINTS[name])]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(notebook(cells))


def otter(place: Path, programs: Path, n: int) -> tuple[float, float]:
    cells = [cell("# ASSIGNMENT CONFIG\ngenerate: true\nrun_tests: false", kind="raw")]
    cells.append(cell("import numpy as np"))
    for name, source in {"double": RIGHT, "total": TOTAL}.items():
        cells.append(cell(f"# BEGIN QUESTION\nname: {name}\npoints: {POINTS[name]}", kind="raw"))
        cells += [cell("# BEGIN SOLUTION", kind="raw"), cell(source), cell("# END SOLUTION", kind="raw")]
        cells += [cell("# BEGIN TESTS", kind="raw"), *map(cell, TESTS[name]), cell("# END TESTS", kind="raw")]
        cells.append(cell("# END QUESTION", kind="raw"))
    (place / "tiny.ipynb").write_text(notebook(cells))
    timed([programs / "otter", "assign", "tiny.ipynb", "dist"], place)
    (autograder,) = (place / "dist" / "autograder").glob("*.zip")
    wall = cpu = 0.0
    for k in range(n):
        own = place / f"s{k}"
        own.mkdir()
        (own / "tiny.ipynb").write_text(notebook([cell("import numpy as np"), cell(double_of(k)), cell(TOTAL)]))
        spent = timed([programs / "otter", "run", "-a", autograder, "-o", own, own / "tiny.ipynb"], place)
        wall, cpu = wall + spent[0], cpu + spent[1]
        got = sum(test.get("score", 0) for test in json.loads((own / "results.json").read_text())["tests"])
        assert got < 10 if k % 2 else got == 10, got
    return wall, cpu


if __name__ == "__main__":
    main()
