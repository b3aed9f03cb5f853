"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "source",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("module", sa.Text, nullable=False),
        sa.Column("parts", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "handin",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("assignment", sa.Text, nullable=False),
        sa.Column("student", sa.Text, nullable=False),
        sa.Column("content", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), sa.ForeignKey("source.digest"), nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("submitted_at", sa.Text, nullable=False),
        sa.Column("seen_at", sa.Text, nullable=False),
        sa.UniqueConstraint("assignment", "student", "content", "submitted_at"),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("assignment", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, sa.CheckConstraint("kind IN ('batch', 'regrade')"), nullable=False),
        sa.Column("seed", sa.String(10), nullable=False),
        sa.Column("fresh", sa.Boolean, nullable=False),
        sa.Column("tests", sa.String(64), nullable=False),
        sa.Column("manifest", sa.String(64), nullable=False),
        sa.Column("toolkit", sa.Text, nullable=False),
        sa.Column("level", sa.String(1), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("started_at", sa.Text, nullable=False),
        sa.Column("finished_at", sa.Text),
    )
    op.create_table(
        "result",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("content", sa.String(64), nullable=False),
        sa.Column("graded", sa.Boolean, nullable=False),
        sa.Column("report", sa.LargeBinary, nullable=False),
        sa.Column("run", sa.Integer, sa.ForeignKey("run.id"), nullable=False),
        sa.Column("made_at", sa.Text, nullable=False),
        sa.UniqueConstraint("key", "attempt"),
    )
    op.create_table(
        "mark",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("assignment", sa.Text, nullable=False),
        sa.Column("student", sa.Text, nullable=False),
        sa.Column("handin", sa.Integer, sa.ForeignKey("handin.id"), nullable=False),
        sa.Column("result", sa.Integer, sa.ForeignKey("result.id"), nullable=False),
        sa.Column("run", sa.Integer, sa.ForeignKey("run.id"), nullable=False),
        sa.Column("points", sa.Text, nullable=False),
        sa.Column("policy", sa.String(64), nullable=False),
        sa.Column("marked_at", sa.Text, nullable=False),
    )
    op.create_index("mark_of_student", "mark", ["assignment", "student"])
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("assignment", sa.Text, nullable=False),
        sa.Column("student", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, sa.CheckConstraint("kind IN ('override', 'extension', 'excuse')"), nullable=False),
        sa.Column("exercise", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
    )
    op.create_index("decision_on_student", "decision", ["assignment", "student"])


def downgrade() -> None:
    """Nothing comes before."""
    raise NotImplementedError
