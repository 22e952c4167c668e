"""What visitors hold and may read is part of the configuration that each process keeps (portal.site.configuration)."""

from django.db import migrations

TABLES = ("accounts_webrole", "accounts_recordpermission")
TRIGGER = """
CREATE TRIGGER {table}_renews_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION portal_renew_configuration_revision();
"""


class Migration(migrations.Migration):
    dependencies = [("portal", "0006_pages_and_menus"), ("accounts", "0007_visitor_grants")]

    operations = [migrations.RunSQL(TRIGGER.format(table=table), f"DROP TRIGGER {table}_renews_revision ON {table}") for table in TABLES]
