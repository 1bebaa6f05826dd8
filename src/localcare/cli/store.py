"""What a command needs of the care store before it can run."""

from localcare.cli import output

OTHERWISE = "Back it up and run `localcare serve --migrate`, or build a demonstration with `localcare demo`."


def check_up_to_date(otherwise: str = OTHERWISE) -> None:
    """The care store answers and has every migration. Raises CannotRun with what to do: `otherwise`."""
    from django.db import OperationalError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except OperationalError as error:
        raise output.CannotRun(f"The care store does not answer. Check DATABASE_URL. ({error})") from error
    finally:
        if not connection.in_atomic_block:  # whoever asks within a transaction goes on with it
            connection.close()
    if missing:
        raise output.CannotRun(f"The care store lacks {len(missing)} migrations. {otherwise}")


def check_no_demo_in_production() -> None:
    """Synthetic people never stand among real ones. Raises CannotRun where a demo was built into this store."""
    from django.conf import settings
    from django.db import connection

    from localcare.base.models import DEMO_BUILT, AuditEntry

    if settings.MODE != "production" or AuditEntry._meta.db_table not in connection.introspection.table_names():
        return
    if AuditEntry.objects.filter(action=DEMO_BUILT).exists():
        raise output.CannotRun(
            "A demo was built into this care store: its people are synthetic. Name an empty database with DATABASE_URL."
        )
