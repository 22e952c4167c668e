"""Agents get what they answer with, administrators what the desk is furnished with, billing sees what accounts have bought. Groups of
older installations get it, too."""

from django.db import migrations

from accounts import staff_groups

VIEW, CHANGE, EDIT, ALL = "view", "view change", "view add change", "view add change delete"
RIGHTS = {
    staff_groups.SUPPORT_AGENT: {
        "cases.savedreply": ALL,
        "cases.inboundmail": CHANGE,
        "cases.entitlement": VIEW,
    },
    staff_groups.BILLING: {
        "cases.entitlement": VIEW,
    },
    staff_groups.ADMINISTRATOR: {
        "cases.requestfield": ALL,
        "cases.casestatus": ALL,
        "cases.casedesk": CHANGE,
        "cases.queue": ALL,
        "cases.routingrule": ALL,
        "cases.savedreply": ALL,
        "cases.inboundmail": CHANGE,
        "cases.businesscalendar": ALL,
        "cases.businessinterval": ALL,
        "cases.closedday": ALL,
        "cases.slapolicy": ALL,
        "cases.entitlement": EDIT,
    },
}


def extend(apps, schema_editor):
    models = [apps.get_model(*name) for name in (("auth", "Group"), ("auth", "Permission"), ("contenttypes", "ContentType"))]
    for name, rights in RIGHTS.items():
        staff_groups.extend(name, rights, *models)


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0010_case_owner_statistics"),
        ("accounts", "0008_staff_groups"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(extend, migrations.RunPython.noop)]
