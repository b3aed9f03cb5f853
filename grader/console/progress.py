"""How far a batch is, on a terminal; nothing where there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text


@contextmanager
def counting(console: Console, what: str, total: int) -> Iterator[Callable[[bool], None]]:
    """Show a bar that goes from 0 to `total`, how fast it goes, and how much could not be done.

    Calling what is yielded takes it one step further, and says whether that step was done. The bar is gone at the end,
    and is not shown at all unless the console is a terminal.
    """
    failed = 0
    with _bar(console, _Rate(), TextColumn("{task.fields[failed]}", style="yellow")) as progress:
        task = progress.add_task(what, total=total, failed="")

        def advance(done: bool) -> None:
            nonlocal failed
            failed += not done
            progress.update(task, advance=1, failed=f"{failed} not graded" if failed else "")

        yield advance


class _Rate(ProgressColumn):
    """Steps in a second, once that is known."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.3g}/s" if task.speed else "", "dim")


@contextmanager
def stages(console: Console) -> Iterator[Callable[[str, int, int], None]]:
    """Show one bar after the other: what is yielded is told what is being done, how much of it is, and of how much."""
    with _bar(console) as progress:
        task = progress.add_task("", total=None)
        yield lambda what, done, total: progress.update(task, description=what, completed=done, total=total)


def _bar(console: Console, *more: ProgressColumn) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), *more)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
