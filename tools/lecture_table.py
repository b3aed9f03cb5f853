"""Write the README's table of the lecture anew: which exercises cover which slide.

    python tools/lecture_table.py           # writes it
    python tools/lecture_table.py --check   # exits with 1 if it is not up to date

The slides stand in `assignments/lecture.toml`, the exercises of each in the assignments' manifests.
"""

import sys
import tomllib
from pathlib import Path

from grader.catalog import find_assignments

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
BEGIN, END = "<!-- lecture: made by tools/lecture_table.py -->", "<!-- end of lecture -->"


def cells() -> dict[str, str]:
    """What stands beside each slide: its exercises, assignment by assignment, or the reason why it has none.

    Raises ValueError if a slide has neither, or both, or if an exercise names a slide that does not exist.
    """
    lecture = tomllib.loads((ROOT / "assignments/lecture.toml").read_text(encoding="utf-8"))
    reasons = {slide["title"]: slide.get("no_exercise", "") for slide in lecture["slide"]}
    covered: dict[str, dict[str, list[str]]] = {title: {} for title in reasons}
    for assignment in find_assignments(ROOT):
        number = assignment.name.partition("_")[0].removeprefix("assignment")
        for exercise in assignment.exercises:
            if exercise.slide not in covered:
                raise ValueError(
                    f"{assignment.name}: {exercise.name} names no slide of the lecture: {exercise.slide!r}"
                )
            covered[exercise.slide].setdefault(number, []).append(f"`{exercise.name}`")
    for title, groups in covered.items():
        if bool(groups) == bool(reasons[title]):
            raise ValueError(f"The slide {title!r} must have exercises, or else a reason for having none.")
    return {
        title: "; ".join(f"**{number}** {', '.join(names)}" for number, names in groups.items()) or reasons[title]
        for title, groups in covered.items()
    }


def table() -> str:
    """The table in Markdown."""
    rows = [f"| {title} | {cell} |" for title, cell in cells().items()]
    return "\n".join(["| slide | assignment and exercises |", "|---|---|", *rows])


def with_table(readme: str) -> str:
    """The README with the table of today between its marks."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


def main(*options: str) -> int:
    """Write the README, or only look at it."""
    readme = README.read_text(encoding="utf-8")
    anew = with_table(readme)
    if "--check" in options:
        return int(readme != anew)
    README.write_text(anew, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
