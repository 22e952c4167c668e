"""What the database itself sees to."""

from tests.mutation.mutant import Mutant
from tests.mutation.noticing import CONFIGURATION, POLICY, VISITORS

DATABASE = [
    Mutant(
        "database: a grant that visitors can never have",
        "accounts/migrations/0007_visitor_grants.py", "IF serves_visitors AND NOT accounts_is_for_visitors(NEW) THEN", "IF false THEN",
        VISITORS, is_of_the_database=True,
    ),
    Mutant(
        "database: visitors for a role that grants what they can never have",
        "accounts/migrations/0007_visitor_grants.py",
        "IF EXISTS (SELECT FROM accounts_recordpermission p WHERE p.role_id = NEW.id AND NOT accounts_is_for_visitors(p)) THEN",
        "IF false THEN", VISITORS, is_of_the_database=True,
    ),
    Mutant(
        "database: a grant and the flag at the same moment",
        "accounts/migrations/0007_visitor_grants.py", "WHERE id = NEW.role_id FOR SHARE;", "WHERE id = NEW.role_id;",
        ("tests/accounts/test_role_races.py",), is_of_the_database=True,
    ),
    *(
        Mutant(
            f"database: a change of {table} holds at once", f"portal/migrations/{file}.py", f'"{table}"{rest}', "", tests,
            is_of_the_database=True,
        )
        for file, table, rest, tests in (
            ("0003_configuration_revision", "portal_site", ",", CONFIGURATION),
            ("0003_configuration_revision", "portal_allowednetwork", ",", CONFIGURATION),
            ("0003_configuration_revision", "portal_page", ",", CONFIGURATION),
            ("0003_configuration_revision", "portal_pageaccessrule", ",", CONFIGURATION),
            ("0003_configuration_revision", "portal_pageaccessrule_roles", ",", CONFIGURATION),
            ("0006_pages_and_menus", "portal_pagetranslation", ", ", CONFIGURATION),
            ("0006_pages_and_menus", "portal_weblinktranslation", ", ", CONFIGURATION),
            ("0006_pages_and_menus", "portal_redirect", "", CONFIGURATION),
            ("0007_visitors_renew_revision", "accounts_recordpermission", "", VISITORS),
        )
    ),
    Mutant(
        "database: a change of portal_weblink holds at once", "portal/migrations/0003_configuration_revision.py",
        '"portal_pageaccessrule_roles", "portal_weblink"', '"portal_pageaccessrule_roles"', CONFIGURATION,
        is_of_the_database=True,
    ),
    Mutant(
        "database: a change of accounts_webrole holds at once", "portal/migrations/0007_visitors_renew_revision.py",
        '("accounts_webrole", "accounts_recordpermission")', '("accounts_recordpermission",)', VISITORS, is_of_the_database=True,
    ),
    *(
        Mutant(
            f"database: a change of {table} holds at once", f"portal/migrations/{file}.py", "FOR EACH STATEMENT EXECUTE",
            "FOR EACH STATEMENT WHEN (false) EXECUTE", tests, is_of_the_database=True,
        )
        for file, table, tests in (
            ("0004_sign_in_policy_renews_revision", "accounts_signinpolicy", POLICY),
            ("0005_snippets_and_monitors", "portal_snippettext", ("tests/portal/test_snippets.py",)),
        )
    ),
]  # fmt: skip
