"""The types of request, the statuses and the desk's settings that every installation starts with."""

from django.db import migrations

REQUEST_TYPES = (("question", "Question"), ("problem", "Problem"), ("change", "Change request"))
STATUSES = (
    ("new", "active", "New", "New"),
    ("in_progress", "active", "In progress", "In progress"),
    ("waiting", "waiting", "Waiting for customer", "Waiting for you"),
    ("on_hold", "on_hold", "On hold", "On hold"),
    ("resolved", "resolved", "Resolved", "Resolved"),
    ("cancelled", "cancelled", "Cancelled", "Cancelled"),
)


def install(apps, schema_editor):
    request_types, statuses, desk = (
        apps.get_model("cases", name).objects for name in ("RequestType", "CaseStatus", "CaseDesk")
    )
    for position, (slug, name) in enumerate(REQUEST_TYPES, start=1):
        request_types.get_or_create(slug=slug, defaults={"name": name, "position": position * 10})
    for position, (slug, category, label, customer_label) in enumerate(STATUSES, start=1):
        words = {"category": category, "label": label, "customer_label": customer_label, "position": position * 10}
        statuses.get_or_create(slug=slug, defaults=words)
    desk.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_database_rules")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
