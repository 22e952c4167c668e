"""Visitors can be given what belongs to nobody, to be read, and nothing else: the database itself sees to it.

A new type of record that belongs to nobody is added to the list by a migration that replaces accounts_public_record_types();
a test compares it with the declarations.
"""

from django.db import migrations, models

from accounts import shipped

# What could be written before the database refused it. It gave visitors nothing then, and must not begin to.
CLEAN = """
DELETE FROM accounts_recordpermission USING accounts_webrole WHERE accounts_webrole.id = role_id AND for_anonymous
    AND (record_type NOT IN ('article', 'forum') OR scope <> 'global' OR NOT can_read OR can_create OR can_write OR can_delete);
UPDATE accounts_webrole SET delegable = false WHERE for_anonymous AND delegable;
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
BACKWARDS = """
DROP TRIGGER accounts_webrole_fits_visitors ON accounts_webrole;
DROP TRIGGER accounts_recordpermission_fits_visitors ON accounts_recordpermission;
DROP FUNCTION accounts_refuse_role_to_visitors();
DROP FUNCTION accounts_refuse_grant_to_visitors();
DROP FUNCTION accounts_is_for_visitors(accounts_recordpermission);
DROP FUNCTION accounts_public_record_types();
"""


def mark_shipped_roles(apps, schema_editor):
    apps.get_model("accounts", "WebRole").objects.filter(name__in=[role.name for role in shipped.ROLES]).update(is_builtin=True)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_merged_contact")]

    operations = [
        migrations.RunSQL(CLEAN, migrations.RunSQL.noop),
        migrations.AddField(
            model_name="webrole",
            name="is_builtin",
            field=models.BooleanField(default=False, editable=False, verbose_name="comes with the portal"),
        ),
        migrations.RunPython(mark_shipped_roles, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="webrole",
            constraint=models.CheckConstraint(
                condition=models.Q(("delegable", True), ("for_anonymous", True), _negated=True),
                name="accounts_webrole_serves_visitors_or_is_delegable",
                violation_error_message="A role is for visitors or delegable, not both.",
            ),
        ),
        migrations.RunSQL(PUBLIC + PERMISSION + ROLE, BACKWARDS),
    ]
