"""The web roles, the groups of staff and the sign-in policy that every installation starts with."""

from django.db import migrations

from accounts import shipped, staff_groups


def install(apps, schema_editor):
    shipped.install(apps.get_model("accounts", "WebRole"), apps.get_model("accounts", "RecordPermission"))
    models = (("auth", "Group"), ("auth", "Permission"), ("contenttypes", "ContentType"))
    staff_groups.install(*(apps.get_model(*model) for model in models))
    apps.get_model("accounts", "SignInPolicy").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_database_rules"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
