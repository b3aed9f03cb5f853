"""The command that makes a student's bundle."""

from __future__ import annotations

from pathlib import Path

import click

import grader
from grader.catalog import find_root, resolve
from grader.cli.options import FULL_MARKS, console


@click.command(
    epilog="""\b
Examples:
  grade release assignment3 -o dist/
  grade release assignment3 --explain"""
)
@click.argument("assignment")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=Path("dist"), help="Folder for the bundle (dist)."
)
@click.option("--salt-seed", metavar="TEXT", help="Draw inputs and salts from this text: to make a bundle again.")
@click.option("--no-wheel", is_flag=True, help="Leave the toolkit's own wheel out.")
@click.option("--explain", is_flag=True, help="Also every seal, with what it would take to guess it.")
def release(assignment: str, output: Path, *, salt_seed: str | None, no_wheel: bool, explain: bool) -> int:
    """Make what a student takes home: handout, stub, notebook, sealed tests; as a folder and as a zip file.

    Nothing is written if a file would tell what students must not know. For authors.
    """
    from grader.console.sealing import print_bundle, print_seals
    from grader.kit import Salts, make_bundle, write_bundle

    found = resolve(assignment, find_root(Path.cwd()))
    source = None if no_wheel else Path(grader.__file__).parents[1]
    bundle = make_bundle(found, Salts(salt_seed), wheel_of=source)
    paths = write_bundle(bundle, output)
    print_bundle(console(), bundle.recording, paths)
    if explain:
        print_seals(console(), bundle.recording.sealed)
    return FULL_MARKS
