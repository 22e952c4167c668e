"""What the database itself sees to."""

from tests.mutation.mutant import Mutant
from tests.mutation.noticing import CONFIGURATION, POLICY, VISITORS

DATABASE = [
    Mutant(
        "database: a grant that visitors can never have",
        "accounts/migrations/0002_database_rules.py", "IF serves_visitors AND NOT accounts_is_for_visitors(NEW) THEN", "IF false THEN",
        VISITORS, is_of_the_database=True,
    ),
    Mutant(
        "database: visitors for a role that grants what they can never have",
        "accounts/migrations/0002_database_rules.py",
        "IF EXISTS (SELECT FROM accounts_recordpermission p WHERE p.role_id = NEW.id AND NOT accounts_is_for_visitors(p)) THEN",
        "IF false THEN", VISITORS, is_of_the_database=True,
    ),
    Mutant(
        "database: a grant and the flag at the same moment",
        "accounts/migrations/0002_database_rules.py", "WHERE id = NEW.role_id FOR SHARE;", "WHERE id = NEW.role_id;",
        ("tests/accounts/test_role_races.py",), is_of_the_database=True,
    ),
    *(
        Mutant(
            f"database: a change of {table} holds at once", "portal/migrations/0002_database_rules.py", f'"{table}"', "*()",
            tests, is_of_the_database=True,
        )
        for table, tests in (
            ("portal_site", CONFIGURATION),
            ("portal_allowednetwork", CONFIGURATION),
            ("portal_page", CONFIGURATION),
            ("portal_pagetranslation", CONFIGURATION),
            ("portal_pageaccessrule", CONFIGURATION),
            ("portal_pageaccessrule_roles", CONFIGURATION),
            ("portal_weblink", CONFIGURATION),
            ("portal_weblinktranslation", CONFIGURATION),
            ("portal_redirect", CONFIGURATION),
            ("portal_snippettext", ("tests/portal/test_snippets.py",)),
            ("accounts_signinpolicy", POLICY),
            ("accounts_webrole", VISITORS),
            ("accounts_recordpermission", VISITORS),
            ("cases_casestatus", ("tests/cases/test_case_lists.py",)),
        )
    ),
]  # fmt: skip
