"""Every change of a configuration table, by whatever hand, gives the revision a value it never had. Each process keeps the
configuration (portal.site.configuration) and the statuses of cases (cases.statuses) while the revision is the same."""

from django.db import migrations

TABLES = (
    "portal_site",
    "portal_allowednetwork",
    "portal_page",
    "portal_pagetranslation",
    "portal_pageaccessrule",
    "portal_pageaccessrule_roles",
    "portal_weblink",
    "portal_weblinktranslation",
    "portal_redirect",
    "portal_snippettext",
    "accounts_signinpolicy",
    "accounts_webrole",
    "accounts_recordpermission",
    "cases_casestatus",
)
FUNCTION = """
CREATE FUNCTION portal_renew_configuration_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO portal_configurationrevision (id, value) VALUES (1, gen_random_uuid())
        ON CONFLICT (id) DO UPDATE SET value = excluded.value;
    RETURN NULL;
END $$;
"""
TRIGGER = """
CREATE TRIGGER {table}_renews_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION portal_renew_configuration_revision();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0001_initial"),
        ("accounts", "0003_shipped_rows"),
        ("cases", "0003_shipped_rows"),
    ]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION portal_renew_configuration_revision()"),
        *(migrations.RunSQL(TRIGGER.format(table=table), f"DROP TRIGGER {table}_renews_revision ON {table}") for table in TABLES),
    ]
