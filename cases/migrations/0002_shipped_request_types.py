from django.db import migrations

SHIPPED = (("question", "Question"), ("problem", "Problem"), ("change", "Change request"))


def install(apps, schema_editor):
    request_type = apps.get_model("cases", "RequestType")
    for position, (slug, name) in enumerate(SHIPPED, start=1):
        request_type.objects.get_or_create(slug=slug, defaults={"name": name, "position": position * 10})


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
