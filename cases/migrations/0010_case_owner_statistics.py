"""A contact's cases are all of one account. PostgreSQL takes the two columns for independent unless it is told, expects far too few
rows of both together, and then sorts thousands where an index has them in order."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_entitlement_readers")]

    operations = [
        migrations.RunSQL(
            "CREATE STATISTICS cases_case_owner (dependencies, mcv) ON account_id, contact_id FROM cases_case", "DROP STATISTICS cases_case_owner"
        )
    ]
