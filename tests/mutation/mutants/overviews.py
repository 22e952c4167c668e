"""Where records of many types meet, and what visitors see of them."""

from tests.mutation.mutant import gate
from tests.mutation.noticing import (
    ACTIVITY,
    CASE_PAGES,
    DOWNLOADS,
    GENERATED,
    HOME,
    MAPS,
    MENUS,
    PAGES,
    RULES,
    SCOPING,
    SEARCH,
    VISITORS,
)

COMPOSED = [
    gate(
        "activity: who takes a file is recorded",
        "accounts/downloads.py", "_note(request, record_download, actor,", "dict(of=request, by=actor,", *DOWNLOADS,
    ),
    gate(
        "activity: whoever is shown pictures is recorded",
        "accounts/downloads.py", "_note(request, record_load, actor,", "dict(of=request, by=actor,", *DOWNLOADS,
    ),
    gate(
        "activity: pictures of one page are one line",
        "accounts/actions/activity.py", "    line.batch = batch\n", "", *DOWNLOADS,
    ),
    gate(
        "activity: what staff download is for staff alone",
        "accounts/actions/downloads.py", "record=record, label=label, is_internal=True,", "record=record, label=label,", *DOWNLOADS,
    ),
    gate(
        "activity: managers read which case, not what its files are called",
        "cases/surface.py", 'gettext_lazy("Case file downloaded"), facts=(BY_CASE,))', 'gettext_lazy("Case file downloaded"), facts=("%(file)s",))',
        *DOWNLOADS,
    ),
    gate(
        "activity: each type is scoped as its records are",
        "accounts/models/activity.py", "return models.Q(record_type=kind.name, **owned)", "return models.Q(record_type=kind.name)",
        *ACTIVITY,
    ),
    gate(
        "activity: only types that the contact may read",
        "accounts/models/activity.py", "if contact is None or scope is None or not kind.belongs_to_somebody:",
        'scope = scope or "contact"\n        if contact is None or not kind.belongs_to_somebody:', *ACTIVITY,
    ),
    gate(
        "activity: what happened to records of nobody is told to nobody",
        "accounts/models/activity.py", "if contact is None or scope is None or not kind.belongs_to_somebody:",
        "if contact is None or scope is None:", *ACTIVITY,
    ),
    gate(
        "activity: what is internal stays inside",
        "accounts/models/activity.py", "_connector=models.Q.OR), is_internal=False)", "_connector=models.Q.OR))", *ACTIVITY,
    ),
    gate(
        "activity: the events of a case without the staff's",
        "records/display/page.py", "verb__in=described.told_to_customers, is_internal=False)",
        "verb__in=described.told_to_customers)", *CASE_PAGES,
    ),
    gate(
        "offers: no case where the page that opens one is closed",
        "records/offers.py", "if may_go_to(request, url):", "if url:", "tests/portal/test_offers.py",
    ),
    gate(
        "offers: no case to those who may not open one",
        "records/offers.py", 'if surface.helps and surface.can(request.contact, "create"):', "if surface.helps:",
        "tests/portal/test_offers.py",
    ),
    gate(
        "offers: none to open a case on its own pages where that page is closed",
        "cases/offers.py", ' and may_go_to(request, reverse("cases:new"))', "", "tests/portal/test_offers.py",
    ),
    gate(
        "offers: none to open a case on its own pages to those who may not",
        "cases/offers.py", 'can(request.contact, "create", Case) and ', "", "tests/portal/test_offers.py",
    ),
    gate(
        "search: nothing of a feature whose page is closed",
        "portal/views/search.py", "if surface.search and surface.opens_to(request):", "if surface.search:", *RULES, *SEARCH,
    ),
    gate(
        "home: no part of a feature whose page is closed",
        "portal/views/home.py", "if surface.home and surface.opens_to(request) and (", "if surface.home and (", *HOME, *RULES,
    ),
    gate(
        "home: nothing waits where the page is closed",
        "portal/views/home.py", "if surface.waiting and surface.opens_to(request)", "if surface.waiting", *GENERATED,
    ),
    gate(
        "home: nothing of what happened where its page is closed",
        "portal/history/timeline.py", ".exclude(record_type__in=closed)", "", *HOME, *RULES,
    ),
]  # fmt: skip

VISITORS_ALONE = [
    gate(
        "visitors: search engines are told of rows that visitors may read",
        "portal/site/search_engines.py", "surface.for_lines(surface.visible_to(None))", "surface.for_lines(surface.model.objects.all())", *MAPS,
    ),
    gate(
        "visitors: search engines are told of nothing behind a page rule",
        "portal/site/search_engines.py", "for one in lines if self.configuration.may_open(one.url, None)]", "for one in lines]", *MAPS,
    ),
    gate(
        "visitors: search engines are told of no page that visitors are refused",
        "portal/site/search_engines.py", "if visitor.is_offered(page))", ")", *MAPS,
    ),
    gate(
        "visitors: nothing that belongs to somebody, whatever the table says",
        "accounts/scoping.py", "return [] if self.belongs_to_somebody else [Grant(", "return [Grant(", *VISITORS,
    ),
    gate(
        "visitors: read and no more",
        "accounts/scoping.py", "return Grant(record_type.name, Scope.GLOBAL.value, privilege) in record_type.grantable(for_visitors=True)",
        "return not record_type.belongs_to_somebody", *VISITORS,
    ),
    gate(
        "visitors: rows only where a role of theirs permits",
        "accounts/scoping.py",
        "self.filter(models.Exists(visitors_grants(record_type))) if",
        "self.all() if", *VISITORS,
    ),
    gate(
        "visitors: can() only where a role of theirs permits",
        "accounts/scoping.py", "return _is_for_visitors(privilege, record_type) and visitors_grants(record_type).exists()",
        "return _is_for_visitors(privilege, record_type)", *VISITORS,
    ),
    gate(
        "visitors: grants of the type that is asked for",
        "accounts/scoping.py", "permissions.of_visitors().filter(record_type=record_type.name)", "permissions.of_visitors()", *VISITORS,
    ),
    gate(
        "visitors: the roles of visitors alone",
        "accounts/models/roles.py", "return self.filter(role__for_anonymous=True, scope=Scope.GLOBAL, can_read=True)",
        "return self.filter(scope=Scope.GLOBAL, can_read=True)", *VISITORS,
    ),
    gate(
        "visitors: an own page only where a rule names them",
        "portal/site/configuration.py", "return bool(rules) and all(rule & self.visitor_role_ids for rule in rules)",
        "return all(rule & self.visitor_role_ids for rule in rules)", *PAGES,
    ),
    gate(
        "visitors: an own page only where each rule names them",
        "portal/site/configuration.py", "return all(rule & roles for rule in self.rules_on(path))",
        "return contact is None or all(rule & roles for rule in self.rules_on(path))", "tests/portal/test_visitors.py", *PAGES,
    ),
    gate(
        "visitors: menus lead to built-in pages that are for them",
        "portal/site/readers.py", "return bool(page.visitor_types & self.configuration.visitor_reads)", "return True", *MENUS,
        "tests/portal/test_visitors.py",
    ),
    gate(
        "visitors: sent to sign in where a record is not for them",
        "accounts/permissions/visitors.py", "if request.user.is_authenticated:\n                    raise", "if True:\n                    raise",
        "tests/portal/test_visitors.py",
    ),
    gate(
        "visitors: the form refuses to grant them what belongs to an account",
        "accounts/models/roles.py", "if not (role and role.for_anonymous and self.is_too_much_for_visitors):", "if True:",
        *SCOPING, "tests/accounts/test_role_admin.py", "tests/portal/test_visitors.py",
    ),
    gate(
        "visitors: no role that grants too much becomes theirs",
        "accounts/models/roles.py", "if not (self.pk and self.for_anonymous):", "if True:",
        *SCOPING, "tests/accounts/test_role_admin.py", "tests/portal/test_visitors.py",
    ),
]  # fmt: skip
