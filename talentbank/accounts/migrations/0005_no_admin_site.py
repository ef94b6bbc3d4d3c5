"""Django's admin site was installed once, though never mounted: drop its empty log, whose key into the accounts would
keep a sandbox from being emptied. Gone from the list of migrations too, so that an admin site could be installed again."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_second_factor"),
    ]

    operations = [
        migrations.RunSQL("DROP TABLE IF EXISTS django_admin_log", migrations.RunSQL.noop),
        migrations.RunSQL("DELETE FROM django_migrations WHERE app = 'admin'", migrations.RunSQL.noop),
    ]
