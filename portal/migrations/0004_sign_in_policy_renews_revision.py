"""The sign-in policy is part of the configuration that each process keeps (portal.site.configuration)."""

from django.db import migrations

TRIGGER = """
CREATE TRIGGER accounts_signinpolicy_renews_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON accounts_signinpolicy
    FOR EACH STATEMENT EXECUTE FUNCTION portal_renew_configuration_revision();
"""


def install(apps, schema_editor):
    apps.get_model("accounts", "SignInPolicy").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("portal", "0003_configuration_revision"), ("accounts", "0005_sign_in_and_invitations")]

    operations = [
        migrations.RunPython(install, migrations.RunPython.noop),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER accounts_signinpolicy_renews_revision ON accounts_signinpolicy"),
    ]
