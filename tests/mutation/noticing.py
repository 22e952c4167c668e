"""Which tests should notice that a gate is switched off."""

STAFF_TALK = ("tests/records/test_admin_conversation.py",)
RULES = ("tests/portal/test_page_rules.py",)
PAGES = (*RULES, "tests/portal/test_pages.py", "tests/portal/test_page_rules_table.py")
MENUS = ("tests/portal/test_menus.py", "tests/portal/test_pages.py")
NETWORKS = ("tests/portal/test_networks.py", "tests/lib/test_client_ip.py")
MAPS = ("tests/portal/test_search_engines.py",)
VISITORS = (
    "tests/portal/test_visitors.py",
    "tests/accounts/test_scoping.py",
    "tests/accounts/test_record_permissions.py",
)
SCOPING = ("tests/accounts/test_scoping.py", "tests/accounts/test_record_permissions.py")
ROUTES = ("tests/test_routes.py",)
RECORD_LISTS = ("tests/records/test_lists.py",)
TALK = ("tests/records/test_talk.py",)
CASES, FORUMS, ARTICLES, INVOICES = "tests/cases", "tests/forums", "tests/knowledgebase", "tests/invoices"
CASE_PAGES = (
    "tests/cases/test_case_pages.py",
    "tests/cases/test_conversation.py",
    "tests/cases/test_conduct.py",
)
DESK_CONDUCT = ("tests/cases/test_conduct.py",)
DESK_OPENING = ("tests/cases/test_opening.py",)
RECORD_LISTS = ("tests/records/test_lists.py",)
DESK_STATEMENTS = ("tests/cases/test_statements.py",)
DESK_MAIL = (
    "tests/cases/test_inbound_mail.py",
    "tests/cases/test_inbound_delivery.py",
    "tests/cases/test_inbound_forgeries.py",
)
DESK_GROUPS = ("tests/portal/test_staff_groups.py",)
SEARCH = ("tests/portal/test_search.py", "tests/portal/test_visitors.py")
SUGGESTIONS = ("tests/portal/test_suggestions.py",)
HOME = ("tests/portal/test_home.py",)
ACTIVITY = ("tests/accounts/test_activity.py", *HOME)
USERS = ("tests/accounts/test_users.py", *ROUTES)
SECOND_FACTOR = ("tests/accounts/test_second_factor.py",)
CONFIGURATION = (
    "tests/portal/test_configuration.py", "tests/portal/test_languages.py", "tests/portal/test_menus.py",
    "tests/portal/test_redirects.py", "tests/portal/test_pages.py",
)  # fmt: skip
MARKS = ("tests/records/test_following.py", "tests/records/test_marks.py")
ANSWERS = ("tests/records/test_answers_by_mail.py",)
GENERATED = (
    "tests/records/test_canary.py",
    "tests/records/test_talk.py",
    "tests/records/test_lists.py",
    "tests/records/test_marks.py",
    "tests/records/test_following.py",
    *ANSWERS,
    "tests/records/test_files.py",
    *ROUTES,
)
"""Those that run over every declared surface."""
DOWNLOADS = ("tests/portal/test_downloads.py",)
POLICY = ("tests/accounts/test_sign_in_policy.py",)
