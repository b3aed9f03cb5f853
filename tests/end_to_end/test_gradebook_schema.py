"""The schema: what the migrations make is what the code declares, on each database, and it is found again."""

from concurrent.futures import ThreadPoolExecutor

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from grader.gradebook import database
from grader.gradebook.database import Database
from grader.gradebook.tables import SCHEMA, metadata


def test_migrations_make_the_tables(where):
    """No table, column or constraint is missing, and none is left over."""
    opened = Database(where)
    with opened.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    opened.close()

    assert differences == []


def test_newest_migration_is_the_schema():
    """The number in the code is that of the last migration."""
    config = Config()
    config.set_main_option("script_location", str(database.__file__).replace("database.py", "migrations"))

    assert ScriptDirectory.from_config(config).get_current_head() == SCHEMA


def test_made_by_many_at_once(where):
    """Whoever is first makes the tables; the others find them."""

    def make(_):
        Database(where).close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(make, range(6)))

    opened = Database(where)
    with opened.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM alembic_version").scalar() == 1
    opened.close()
