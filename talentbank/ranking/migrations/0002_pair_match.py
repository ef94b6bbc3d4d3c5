from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ranking", "0001_initial")]

    operations = [
        migrations.AddField(model_name="pair", name="match_id", field=models.UUIDField(null=True)),
    ]
