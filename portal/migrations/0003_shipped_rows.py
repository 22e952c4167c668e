"""The site, the pages and the menus that every installation starts with."""

from django.db import migrations

from portal import shipped


def install(apps, schema_editor):
    shipped.install(*(apps.get_model("portal", name) for name in ("Site", "ConfigurationRevision", "Page", "WebLink")))


class Migration(migrations.Migration):
    dependencies = [("portal", "0002_database_rules")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
