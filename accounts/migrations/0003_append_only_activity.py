"""The log can be added to and nothing else: the database itself refuses to change or delete a line."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION accounts_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'activities are append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER accounts_activity_is_append_only BEFORE UPDATE OR DELETE ON accounts_activity
    FOR EACH ROW EXECUTE FUNCTION accounts_refuse_change();
"""
BACKWARDS = """
DROP TRIGGER accounts_activity_is_append_only ON accounts_activity;
DROP FUNCTION accounts_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_shipped_roles")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
