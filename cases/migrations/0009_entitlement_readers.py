"""Whoever looks after the account's people, money or cases sees what it has bought. Roles of older installations get it, too."""

from django.db import migrations

ROLES = ("Portal User Manager", "Portal Finance User", "Portal IT User")


def let_read(apps, schema_editor):
    permissions = apps.get_model("accounts", "RecordPermission").objects
    for role in apps.get_model("accounts", "WebRole").objects.filter(name__in=ROLES):
        permissions.get_or_create(role=role, record_type="entitlement", scope="account", defaults={"can_read": True})


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_case_lists")]

    operations = [migrations.RunPython(let_read, migrations.RunPython.noop)]
