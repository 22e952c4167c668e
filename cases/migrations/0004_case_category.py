from django.db import migrations, models


def fill(apps, schema_editor):
    case = apps.get_model("cases", "Case")
    for category in ("waiting", "on_hold", "resolved", "cancelled"):
        case.objects.filter(status=category).update(category=category)


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_case_statuses")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="category",
            field=models.CharField(
                choices=[
                    ("active", "Active"),
                    ("waiting", "Waiting for customer"),
                    ("on_hold", "On hold"),
                    ("resolved", "Resolved"),
                    ("cancelled", "Cancelled"),
                ],
                default="active",
                editable=False,
                max_length=10,
                verbose_name="category",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
