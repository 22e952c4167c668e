"""Each process keeps the statuses of cases (cases.statuses) while the revision is the same."""

from django.db import migrations

TRIGGER = """
CREATE TRIGGER cases_casestatus_renews_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON cases_casestatus
FOR EACH STATEMENT EXECUTE FUNCTION portal_renew_configuration_revision()
"""


class Migration(migrations.Migration):
    dependencies = [("portal", "0007_visitors_renew_revision"), ("cases", "0018_search_what_was_said")]
    operations = [migrations.RunSQL(TRIGGER, "DROP TRIGGER cases_casestatus_renews_revision ON cases_casestatus")]
