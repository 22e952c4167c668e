from django.db import migrations

from accounts import staff_groups


def install(apps, schema_editor):
    models = (("auth", "Group"), ("auth", "Permission"), ("contenttypes", "ContentType"))
    staff_groups.install(*(apps.get_model(*model) for model in models))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_visitor_grants"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="contact",
            options={
                "ordering": ["last_name", "first_name"],
                "permissions": [("preview_contact", "Can see the portal as a contact")],
                "verbose_name": "contact",
                "verbose_name_plural": "contacts",
            },
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
