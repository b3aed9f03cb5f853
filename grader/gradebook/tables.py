"""The tables of a gradebook. Rows are added, never changed, but for the end of a run.

::

    source   the text of a submission, by its digest
    handin   who handed in what, and when
    run      one command that graded: a batch, or the plan of a regrade
    result   the report on one content, by its key; it names nobody, since equal work has one report
    mark     from when on a result counts for a student; the latest counts
    decision what a person decided: an override, an extension, an excuse; the latest of its kind counts

History of the schema, each step a migration in `migrations/versions`:
1: first.
2: a run keeps digests of the pieces of the hidden tests (see `pieces`).
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

SCHEMA = "0002"
"""The migration that made the tables below."""

metadata = MetaData()
# Moments are texts in ISO 8601 and UTC, and points are exact fractions as text: every database keeps them as they are.

source = Table(
    "source",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("module", Text, nullable=False),
    Column("parts", LargeBinary, nullable=False),
)

handin = Table(
    "handin",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("assignment", Text, nullable=False),
    Column("student", Text, nullable=False),
    Column("content", String(64), nullable=False),
    Column("digest", String(64), ForeignKey("source.digest"), nullable=False),
    # What is known besides, as JSON: where it was, why it could not be read, remarks.
    Column("details", Text, nullable=False),
    Column("submitted_at", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
    UniqueConstraint("assignment", "student", "content", "submitted_at"),
)

run = Table(
    "run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("assignment", Text, nullable=False),
    Column("kind", Text, CheckConstraint("kind IN ('batch', 'regrade')"), nullable=False),
    Column("seed", String(10), nullable=False),
    Column("fresh", Boolean, nullable=False),
    Column("tests", String(64), nullable=False),
    Column("manifest", String(64), nullable=False),
    Column("toolkit", Text, nullable=False),
    Column("pieces", Text, nullable=False, server_default=""),
    Column("level", String(1), nullable=False),
    Column("by", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("finished_at", Text),
)

result = Table(
    "result",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(64), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("content", String(64), nullable=False),
    Column("graded", Boolean, nullable=False),
    Column("report", LargeBinary, nullable=False),
    Column("run", Integer, ForeignKey("run.id"), nullable=False),
    Column("made_at", Text, nullable=False),
    # Two batches that grade the same at once: the report that comes first is the one.
    UniqueConstraint("key", "attempt"),
)

mark = Table(
    "mark",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("assignment", Text, nullable=False),
    Column("student", Text, nullable=False),
    Column("handin", Integer, ForeignKey("handin.id"), nullable=False),
    Column("result", Integer, ForeignKey("result.id"), nullable=False),
    Column("run", Integer, ForeignKey("run.id"), nullable=False),
    # What it came to then; what counts is computed whenever it is read.
    Column("points", Text, nullable=False),
    Column("policy", String(64), nullable=False),
    Column("marked_at", Text, nullable=False),
    Index("mark_of_student", "assignment", "student"),
)

decision = Table(
    "decision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("assignment", Text, nullable=False),
    Column("student", Text, nullable=False),
    Column("kind", Text, CheckConstraint("kind IN ('override', 'extension', 'excuse')"), nullable=False),
    Column("exercise", Text, nullable=False),
    # Points of an override, minutes of an extension, "yes" of an excuse; empty: it is taken back.
    Column("value", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("why", Text, nullable=False),
    Index("decision_on_student", "assignment", "student"),
)
