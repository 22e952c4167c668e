from django.db import migrations


def install(apps, schema_editor):
    apps.get_model("cases", "CaseDesk").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_case_desk")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
