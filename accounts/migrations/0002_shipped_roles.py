from django.db import migrations

from accounts import shipped


def install(apps, schema_editor):
    shipped.install(apps.get_model("accounts", "WebRole"), apps.get_model("accounts", "RecordPermission"))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
