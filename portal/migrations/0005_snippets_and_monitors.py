"""Texts that administrators wrote. They are part of the configuration that each process keeps (portal.site.configuration)."""

import django.core.validators
from django.db import migrations, models

TRIGGER = """
CREATE TRIGGER portal_snippettext_renews_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON portal_snippettext
    FOR EACH STATEMENT EXECUTE FUNCTION portal_renew_configuration_revision();
"""
EXAMPLE = "Write small letters and digits with hyphens between them, for example opening-hours."


class Migration(migrations.Migration):
    dependencies = [("portal", "0004_sign_in_policy_renews_revision")]

    operations = [
        migrations.CreateModel(
            name="SnippetText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(
                        max_length=60,
                        validators=[django.core.validators.RegexValidator("\\A[a-z0-9]+(?:-[a-z0-9]+)*\\Z", EXAMPLE)],
                        verbose_name="name",
                    ),
                ),
                ("language", models.CharField(blank=True, max_length=10, verbose_name="language")),
                ("text", models.TextField(verbose_name="text")),
                ("html", models.TextField(editable=False)),
                ("changed_at", models.DateTimeField(auto_now=True, verbose_name="changed")),
            ],
            options={
                "verbose_name": "text",
                "verbose_name_plural": "texts",
                "ordering": ["name", "language"],
                "constraints": [models.UniqueConstraint(fields=("name", "language"), name="portal_snippettext_once_a_language")],
            },
        ),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER portal_snippettext_renews_revision ON portal_snippettext"),
    ]
