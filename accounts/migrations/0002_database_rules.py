"""What the database itself sees to, whoever writes to it.

The log can be added to and nothing else: nobody changes or deletes a line. Visitors can be given what belongs to nobody, to
be read, and nothing else. A new type of record that belongs to nobody is added to the list by a migration that replaces
accounts_public_record_types(); a test compares it with the declarations.
"""

from django.db import migrations

ACTIVITY = """
CREATE FUNCTION accounts_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'activities are append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER accounts_activity_is_append_only BEFORE UPDATE OR DELETE ON accounts_activity
    FOR EACH ROW EXECUTE FUNCTION accounts_refuse_change();
"""
NO_ACTIVITY = """
DROP TRIGGER accounts_activity_is_append_only ON accounts_activity;
DROP FUNCTION accounts_refuse_change();
"""
PUBLIC = """
CREATE FUNCTION accounts_public_record_types() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$ SELECT ARRAY['article', 'forum'] $$;
CREATE FUNCTION accounts_is_for_visitors(permission accounts_recordpermission) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT permission.record_type = ANY (accounts_public_record_types()) AND permission.scope = 'global' AND permission.can_read
        AND NOT (permission.can_create OR permission.can_write OR permission.can_delete)
$$;
"""
# The lock on the role makes a grant and the flag that are written at the same moment wait for each other.
PERMISSION = """
CREATE FUNCTION accounts_refuse_grant_to_visitors() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    serves_visitors boolean;
BEGIN
    SELECT for_anonymous INTO serves_visitors FROM accounts_webrole WHERE id = NEW.role_id FOR SHARE;
    IF serves_visitors AND NOT accounts_is_for_visitors(NEW) THEN
        RAISE EXCEPTION 'visitors can never be given records that belong to an account, and can only read others'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_recordpermission_fits_visitors';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER accounts_recordpermission_fits_visitors AFTER INSERT OR UPDATE ON accounts_recordpermission
    FOR EACH ROW EXECUTE FUNCTION accounts_refuse_grant_to_visitors();
"""
ROLE = """
CREATE FUNCTION accounts_refuse_role_to_visitors() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM accounts_recordpermission p WHERE p.role_id = NEW.id AND NOT accounts_is_for_visitors(p)) THEN
        RAISE EXCEPTION 'this role grants what visitors can never be given'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_webrole_fits_visitors';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER accounts_webrole_fits_visitors AFTER INSERT OR UPDATE ON accounts_webrole
    FOR EACH ROW WHEN (NEW.for_anonymous) EXECUTE FUNCTION accounts_refuse_role_to_visitors();
"""
NO_VISITORS = """
DROP TRIGGER accounts_webrole_fits_visitors ON accounts_webrole;
DROP TRIGGER accounts_recordpermission_fits_visitors ON accounts_recordpermission;
DROP FUNCTION accounts_refuse_role_to_visitors();
DROP FUNCTION accounts_refuse_grant_to_visitors();
DROP FUNCTION accounts_is_for_visitors(accounts_recordpermission);
DROP FUNCTION accounts_public_record_types();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(ACTIVITY, NO_ACTIVITY),
        migrations.RunSQL(PUBLIC + PERMISSION + ROLE, NO_VISITORS),
    ]
