"""The table of Django's cache: what workers share for minutes, such as codes of sign-in and counts of attempts."""

from typing import Any

from django.core.management import call_command
from django.db import migrations

TABLE = "core_cache"


def create(apps: Any, schema_editor: Any) -> None:
    call_command("createcachetable", TABLE, database=schema_editor.connection.alias, verbosity=0)


def drop(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute(f"DROP TABLE {schema_editor.quote_name(TABLE)}")


class Migration(migrations.Migration):
    dependencies = [("core", "0002_revision_basis")]

    operations = [migrations.RunPython(create, drop)]
