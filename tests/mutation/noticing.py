"""Which tests should notice that a gate is switched off."""

RULES = ("tests/portal/test_page_rules.py",)
PAGES = (*RULES, "tests/portal/test_pages.py", "tests/portal/test_page_rules_table.py")
MENUS = ("tests/portal/test_menus.py", "tests/portal/test_pages.py")
NETWORKS = ("tests/portal/test_networks.py", "tests/lib/test_client_ip.py")
VISITORS = ("tests/portal/test_visitors.py", "tests/accounts/test_scoping.py", "tests/accounts/test_record_permissions.py")
SCOPING = ("tests/accounts/test_scoping.py", "tests/accounts/test_record_permissions.py")
ROUTES = ("tests/test_routes.py",)
CASES, FORUMS, ARTICLES, INVOICES = "tests/cases", "tests/forums", "tests/knowledgebase", "tests/invoices"
SEARCH = ("tests/portal/test_search.py", "tests/portal/test_visitors.py")
HOME = ("tests/portal/test_home.py",)
ACTIVITY = ("tests/accounts/test_activity.py", *HOME)
USERS = ("tests/accounts/test_users.py", *ROUTES)
SECOND_FACTOR = ("tests/accounts/test_second_factor.py",)
CONFIGURATION = (
    "tests/portal/test_configuration.py", "tests/portal/test_languages.py", "tests/portal/test_menus.py",
    "tests/portal/test_redirects.py", "tests/portal/test_pages.py",
)  # fmt: skip
POLICY = ("tests/accounts/test_sign_in_policy.py",)
