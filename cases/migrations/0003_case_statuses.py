from django.db import migrations, models

SHIPPED = (
    ("new", "active", "New", "New"),
    ("in_progress", "active", "In progress", "In progress"),
    ("waiting", "waiting", "Waiting for customer", "Waiting for you"),
    ("on_hold", "on_hold", "On hold", "On hold"),
    ("resolved", "resolved", "Resolved", "Resolved"),
    ("cancelled", "cancelled", "Cancelled", "Cancelled"),
)


def install(apps, schema_editor):
    status = apps.get_model("cases", "CaseStatus")
    for position, (slug, category, label, customer_label) in enumerate(SHIPPED, start=1):
        words = {"category": category, "label": label, "customer_label": customer_label, "position": position * 10}
        status.objects.get_or_create(slug=slug, defaults=words)


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_shipped_request_types")]

    operations = [
        migrations.CreateModel(
            name="CaseStatus",
            fields=[
                ("slug", models.SlugField(max_length=20, primary_key=True, serialize=False, verbose_name="short name")),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("waiting", "Waiting for customer"),
                            ("on_hold", "On hold"),
                            ("resolved", "Resolved"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=10,
                        verbose_name="category",
                    ),
                ),
                ("label", models.CharField(max_length=40, verbose_name="for agents")),
                ("customer_label", models.CharField(max_length=40, verbose_name="for customers")),
                ("position", models.PositiveSmallIntegerField(default=10, verbose_name="position")),
                ("is_active", models.BooleanField(default=True, verbose_name="offered")),
            ],
            options={
                "verbose_name": "status",
                "verbose_name_plural": "statuses",
                "ordering": ["position", "slug"],
            },
        ),
        migrations.AddConstraint(
            model_name="casestatus",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_active", True),
                    models.Q(("slug__in", ["new", "in_progress", "waiting", "resolved", "cancelled"]), _negated=True),
                    _connector="OR",
                ),
                name="cases_casestatus_shipped_ones_stay",
                violation_error_message="The portal itself uses this status. Its words can be changed.",
            ),
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
