"""Administrators make pages, move them, and are told who can open them."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity, RecordPermission, WebRole
from portal.models import Page, PageAccessRule, Redirect, WebLink
from tests.factories import make_user
from tests.portal.asking import save_for_sure
from tests.portal.factories import make_link, make_page, restrict
from tests.races import at_once, commits

ADD, LIST = reverse("admin:portal_page_add"), reverse("admin:portal_page_changelist")
FINANCE, IT = "Portal Finance User", "Portal IT User"


def change(page):
    return reverse("admin:portal_page_change", args=[page.pk])


def form(parent=None, rules=(), **fields):
    """What the browser sends; each rule is a right, names of roles, and whether it reopens."""
    sent = {
        "title": "Prices",
        "slug": "",
        "template": "standard",
        "position": 10,
        "parent": (parent or home()).pk,
    }
    sent |= {"access_rules-TOTAL_FORMS": len(rules), "access_rules-INITIAL_FORMS": 0}
    for number, (right, roles, *reopens) in enumerate(rules):
        sent[f"access_rules-{number}-right"] = right
        sent[f"access_rules-{number}-roles"] = list(
            WebRole.objects.filter(name__in=roles).values_list("pk", flat=True)
        )
        if reopens:
            sent[f"access_rules-{number}-reopens"] = "on"
    return {**sent, **fields}


def home():
    return Page.objects.get(path="/")


def errors_of(response):
    return response.context["adminform"].form.errors


def who(response):
    """The sentence on the page's form that says who can open it."""
    return " ".join(response.text.split('class="page-who">')[1].split('<p class="help">')[0].split())


def test_ada_makes_a_page_that_only_finance_users_see_puts_it_into_the_menu_and_sees_who_reads_it(
    sign_in, ada, fiona, alice, visitor
):
    desk = sign_in(ada)
    sent = form(
        title="Price list", body="**Ten** coins", put_into_menu="primary", rules=[("read", [FINANCE])]
    )
    assert desk.post(ADD, sent).status_code == 302
    fionas, alices = sign_in(fiona), sign_in(alice)
    assert "<strong>Ten</strong>" in fionas.get("/price-list/").text
    assert "Price list" in [item.label for item in fionas.get("/").context["navigation"].primary]
    assert "Price list" not in alices.get("/").text
    assert alices.get("/price-list/").status_code == 403
    assert visitor.get("/price-list/").status_code == 302
    said = who(desk.get(change(Page.objects.get(path="/price-list/"))))
    assert f"Contacts with one of these roles: <strong>{FINANCE}</strong>" in said
    assert f"Rule on this page: {FINANCE}" in said
    lines = Activity.objects.filter(label="/price-list/").order_by("pk")
    assert [(line.verb, line.is_internal) for line in lines] == [
        ("page.created", True),
        ("page.rules_changed", True),
    ]


@pytest.mark.parametrize(
    ("title", "slug", "path"),
    [
        ("Opening hours", "", "/opening-hours/"),
        ("Öffnungs_zeiten!", "", "/offnungs-zeiten/"),
        ("X", " /Hours/ ", "/hours/"),
        ("日本", "jp", "/jp/"),
    ],
)
def test_the_address_is_made_from_the_title_or_tidied(sign_in, ada, title, slug, path):
    assert sign_in(ada).post(ADD, form(title=title, slug=slug)).status_code == 302
    assert Page.objects.filter(path=path, title=title).exists()


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"slug": "cases"}, "There is already a page at /cases/."),
        ({"slug": "healthz"}, "/healthz/ is used by the portal itself"),
        ({"slug": "admin"}, "/admin/ is used by the portal itself"),
        ({"slug": "accounts"}, "/accounts/ is used by the portal itself"),
        ({"slug": "static"}, "/static/ is used by the portal itself"),
        ({"slug": "files"}, "/files/ is used by the portal itself"),
        ({"slug": "taken"}, "There is already a page at /taken/."),
        ({"slug": "a b"}, "lowercase letters, digits, and hyphens"),
        ({"slug": "-a"}, "lowercase letters, digits, and hyphens"),
        ({"slug": "../x"}, "lowercase letters, digits, and hyphens"),
        ({"slug": "a\x00"}, "Null characters"),
        ({"slug": "ä"}, "lowercase letters, digits, and hyphens"),
        ({"slug": "a" * 199}, "would be too long"),
        ({"slug": "a" * 201}, "at most 200 characters"),
        ({"title": "日本"}, "Enter an address"),
    ],
)
def test_an_address_that_cannot_be_is_explained_beside_the_field(sign_in, ada, fields, complaint):
    make_page("/taken/")
    before = Page.objects.count()
    page = sign_in(ada).post(ADD, form(body="Typed", **fields))
    assert complaint in str(errors_of(page)["slug"])
    assert "Typed" in page.text
    assert Page.objects.count() == before


def test_a_page_below_a_part_of_the_portal_may_not_take_its_addresses(sign_in, ada):
    desk = sign_in(ada)
    parent = Page.objects.get(path="/knowledgebase/")
    assert "is used by the portal itself" in str(errors_of(desk.post(ADD, form(parent, slug="how-to"))))
    assert desk.post(ADD, form(Page.objects.get(path="/search/"), slug="tips")).status_code == 302
    assert Page.objects.filter(path="/search/tips/").exists()


def test_the_end_of_publication_comes_after_its_beginning(sign_in, ada):
    now = timezone.now()
    dates = {}
    for name, at in (("from", now), ("until", now - timedelta(days=1))):
        dates |= {f"published_{name}_0": f"{at:%Y-%m-%d}", f"published_{name}_1": f"{at:%H:%M}"}
    page = sign_in(ada).post(ADD, form(**dates))
    assert "The end of publication cannot be before its start." in page.text


def test_moving_a_page_moves_its_branch_and_old_addresses_lead_to_the_new_ones(sign_in, ada, alice):
    page, below = make_page("/help/", "Words"), make_page("/help/returns/", "More")
    target = make_page("/support/")
    Redirect.objects.create(from_path="/faq/", to="/help/returns/#top")
    Redirect.objects.create(from_path="/support/guide/", to="https://other.example/")
    WebLink.objects.create(label="Guide", page=below)
    assert (
        sign_in(ada).post(change(page), form(target, title="Guide", slug="guide", body="Words")).status_code
        == 302
    )
    below.refresh_from_db()
    assert below.path == "/support/guide/returns/"
    browser = sign_in(alice)
    assert "More" in browser.get("/support/guide/returns/").text
    for old, new in {
        "/help/": "/support/guide/",
        "/help/returns/": "/support/guide/returns/",
        "/HELP/Returns": "/support/guide/returns/",
        "/faq/": "/support/guide/returns/#top",
    }.items():
        response = browser.get(old)
        assert (response.status_code, response.url) == (301, new)
    assert browser.get("/support/guide/").status_code == 200
    assert 'href="/support/guide/returns/"' in browser.get("/").text
    assert Activity.objects.get(verb="page.moved").details == {"before": "/help/"}


def test_a_page_that_moves_back_leaves_no_circle(sign_in, ada, alice):
    page = make_page("/help/")
    desk = sign_in(ada)
    for slug in ("support", "help", "support", "help"):
        assert desk.post(change(page), form(title="Help", slug=slug)).status_code == 302
    assert list(Redirect.objects.values_list("from_path", "to")) == [("/support/", "/help/")]
    assert sign_in(alice).get("/help/").status_code == 200


def test_a_move_that_would_turn_a_redirect_back_on_itself_removes_it(sign_in, ada):
    page = make_page("/help/")
    Redirect.objects.create(from_path="/support/a/", to="/help/a/")
    assert sign_in(ada).post(change(page), form(title="Help", slug="support")).status_code == 302
    assert list(Redirect.objects.values_list("from_path", "to")) == [("/help/", "/support/")]


def test_a_page_cannot_move_below_itself_or_onto_another(sign_in, ada):
    page, below = make_page("/help/"), make_page("/help/returns/")
    make_page("/support/")
    desk = sign_in(ada)
    for parent in (page, below):
        assert "parent" in errors_of(desk.post(change(page), form(parent, title="Help", slug="help")))
    assert "There is already a page at /support/" in str(
        errors_of(desk.post(change(page), form(title="Help", slug="support")))
    )
    assert list(Page.objects.filter(path__startswith="/help/").values_list("path", flat=True)) == [
        "/help/",
        "/help/returns/",
    ]


def test_a_branch_cannot_move_to_where_one_of_its_pages_would_hide_a_part_of_the_portal(sign_in, ada):
    page = make_page("/help/")
    make_page("/help/" + "a" * 100 + "/" + "b" * 90 + "/")
    assert "would be too long" in str(
        errors_of(sign_in(ada).post(change(page), form(title="Help", slug="much-longer")))
    )
    page.refresh_from_db()
    assert page.path == "/help/"


def test_a_new_page_takes_its_address_from_a_redirect(sign_in, ada, alice):
    Redirect.objects.create(from_path="/help/", to="https://other.example/")
    sign_in(ada).post(ADD, form(title="Help", slug="help"))
    assert not Redirect.objects.exists()


def test_a_part_of_the_portal_keeps_its_address_and_stays(sign_in, ada):
    desk, page = sign_in(ada), Page.objects.get(path="/cases/")
    sent = {**form(title="Tickets", slug="elsewhere"), "is_draft": "on", "body": "x"}
    assert desk.post(change(page), sent).status_code == 302
    page.refresh_from_db()
    assert (page.path, page.title, page.is_draft, page.body) == ("/cases/", "Tickets", False, "")
    assert desk.post(reverse("admin:portal_page_delete", args=[page.pk]), {"post": "yes"}).status_code == 403
    bulk = {"action": "delete_selected", "_selected_action": [page.pk], "post": "yes"}
    desk.post(LIST, bulk)
    assert Page.objects.filter(pk=page.pk).exists()


def test_a_page_with_pages_below_it_is_not_deleted_and_one_without_is(sign_in, ada):
    page, below = make_page("/help/"), make_page("/help/returns/")
    desk = sign_in(ada)
    for one in (page, below):
        desk.post(reverse("admin:portal_page_delete", args=[one.pk]), {"post": "yes"})
    assert list(Page.objects.filter(is_builtin=False)) == [page]
    assert Activity.objects.get(verb="page.deleted").label == "/help/returns/"


CONSTRAINTS = [
    ("portal_page_path_is_written_in_one_way", {"path": "/Help/"}),
    ("portal_page_path_is_written_in_one_way", {"path": "/help"}),
    ("portal_page_root_alone_has_no_parent", {"parent": None}),
    ("portal_page_root_alone_has_no_parent", {"slug": ""}),
    (
        "portal_page_published_until_after_from",
        {"published_from": timezone.now(), "published_until": timezone.now() - timedelta(1)},
    ),
]


@pytest.mark.parametrize(("constraint", "fields"), CONSTRAINTS)
def test_the_database_itself_keeps_the_tree_whole(db, constraint, fields):
    page = make_page("/help/")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Page.objects.filter(pk=page.pk).update(**fields)


def test_there_is_one_root_and_one_page_of_a_name_below_a_page(db):
    for fields in ({"path": "/", "slug": ""}, {"path": "/x/", "slug": "cases", "parent": home()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Page.objects.create(title="Twin", **fields)


# Rules


def test_a_page_has_one_rule_for_each_right(sign_in, ada):
    twice = [("read", [FINANCE]), ("read", [IT])]
    assert sign_in(ada).post(ADD, form(rules=twice)).status_code == 200
    both = [("read", [FINANCE]), ("preview", [IT])]
    assert sign_in(ada).post(ADD, form(rules=both)).status_code == 302
    assert PageAccessRule.objects.count() == 2


def test_only_a_rule_that_restricts_reading_reopens(sign_in, ada):
    page = sign_in(ada).post(ADD, form(rules=[("preview", [IT], "on")]))
    assert "Only a rule that restricts reading can reopen its branch." in page.text
    restrict("/cases/", IT)
    with pytest.raises(IntegrityError, match="portal_pageaccessrule_only_reading_reopens"):
        PageAccessRule.objects.update(right="preview", reopens=True)


def test_a_rule_that_was_begun_is_not_dropped_in_silence(sign_in, ada):
    desk = sign_in(ada)
    assert desk.post(ADD, form(rules=[("read", [])])).status_code == 200
    assert desk.post(ADD, form(rules=[("", [FINANCE])])).status_code == 200
    assert not Page.objects.filter(path="/prices/").exists()
    assert desk.post(ADD, form(rules=[("", [])])).status_code == 302
    assert not PageAccessRule.objects.exists()


def test_the_form_of_rules_says_in_red_what_reopening_does(sign_in, ada):
    text = sign_in(ada).get(ADD).text
    assert (
        '<p class="page-danger">Reopen this branch: if selected, rules of parent pages do not apply' in text
    )
    assert "Anonymous Users: visitors, anyone on the internet" in text


SAYINGS = [
    ({}, ["Everyone who is signed in. No rule restricts this page."]),
    ({"/": ("Authenticated Users",)}, ["Every contact who is signed in.", "Authenticated Users"]),
    (
        {"/a/": (IT, FINANCE)},
        [
            f"Contacts with one of these roles: <strong>{FINANCE}, {IT}</strong>",
            'Rule on <a href="/admin/portal/page/',
        ],
    ),
    (
        {"/a/": (IT,), "/a/b/": (FINANCE,)},
        ["Only contacts with a role from each of these rules:", f"Rule on this page: {FINANCE}"],
    ),
    (
        {"/a/": (IT, FINANCE), "/a/b/": (FINANCE,)},
        [
            f"Contacts with one of these roles: <strong>{FINANCE}</strong>",
            "Or with a role from each of these rules:",
        ],
    ),
    (
        {"/a/": (IT,), "/": ("Authenticated Users",)},
        [f"Contacts with one of these roles: <strong>{IT}</strong>"],
    ),
    ({"/a/": ()}, ['<p class="page-danger">No one: a rule on the path has no roles.</p>']),
    (
        {"/a/": ("Anonymous Users",)},
        [
            (
                '<p class="page-danger">Anyone on the internet: visitors can '
                "open this page without signing in.</p>"
            )
        ],
    ),
]


@pytest.mark.parametrize(("rules", "sayings"), SAYINGS)
def test_the_form_of_a_page_says_who_can_open_it(sign_in, ada, rules, sayings):
    page = make_page("/a/b/")
    for path, roles in rules.items():
        restrict(path, *roles)
    said = who(sign_in(ada).get(change(page)))
    assert [saying for saying in sayings if saying not in said] == []
    assert ("page-danger" in said) is any("page-danger" in saying for saying in sayings)


def test_a_rule_that_reopens_is_red_on_the_pages_form_and_in_the_list(sign_in, ada):
    page = make_page("/a/b/")
    restrict("/a/", IT)
    restrict("/a/b/", FINANCE, reopens=True)
    desk = sign_in(ada)
    said = who(desk.get(change(page)))
    assert '<p class="page-danger">A rule reopens this branch' in said
    assert f'Rule on this page: {FINANCE} <strong class="page-danger">(reopens)</strong>' in said
    assert f"{IT} <em>(does not apply here)</em>" in said
    assert '<strong class="page-danger">(reopens)</strong>' in desk.get(LIST).text


def test_ada_is_warned_when_what_she_saves_can_be_read_by_visitors(sign_in, ada):
    desk = sign_in(ada)
    assert (
        "Anyone on the internet can read this page"
        not in desk.post(ADD, form(slug="a", rules=[("read", [FINANCE])]), follow=True).text
    )
    response = save_for_sure(desk, ADD, form(slug="b", rules=[("read", ["Anonymous Users"])]), follow=True)
    assert "Anyone on the internet can read this page without signing in." in response.text


def test_a_part_of_the_portal_that_visitors_were_granted_says_so(sign_in, ada):
    page = Page.objects.get(path="/knowledgebase/")
    desk = sign_in(ada)
    assert "Everyone who is signed in." in who(desk.get(change(page)))
    role = WebRole.objects.get(name="Anonymous Users")
    RecordPermission.objects.create(role=role, record_type="article", scope="global", can_read=True)
    assert "Anyone on the internet" in who(desk.get(change(page)))


# The list, preview, permissions


def test_the_list_is_the_tree(sign_in, ada):
    for path in ("/a/b/c/", "/a-b/", "/ab/", "/a/z/"):
        make_page(path)
    rows = sign_in(ada).get(LIST).context["cl"].result_list
    mine = [page.path for page in rows if not page.is_builtin]
    assert mine == ["/a-b/", "/a/", "/a/b/", "/a/b/c/", "/a/z/", "/ab/"]
    assert rows[0].path == "/"


@pytest.mark.parametrize(
    ("access", "paths"),
    [
        ("draft", ["/draft/", "/draft/below/"]),
        ("restricted", ["/it/", "/it/below/", "/it/below/again/", "/open/"]),
        ("visitors", ["/open/"]),
        ("reopened", ["/it/below/again/"]),
    ],
)
def test_the_list_is_filtered_by_what_holds_for_a_page(sign_in, ada, access, paths):
    make_page("/draft/", is_draft=True)
    make_page("/draft/below/")
    make_page("/it/below/again/")
    restrict("/it/", IT)
    restrict("/it/below/again/", FINANCE, reopens=True)
    restrict("/open/", "Anonymous Users")
    rows = sign_in(ada).get(LIST, {"access": access}).context["cl"].result_list
    assert [page.path for page in rows] == paths


def test_pages_are_found_by_title_address_and_text(sign_in, ada):
    make_page("/help/", "Freezers and fridges", title="Assistance")
    desk = sign_in(ada)
    for words in ("assist", "/help", "fridges"):
        assert [page.path for page in desk.get(LIST, {"q": words}).context["cl"].result_list] == ["/help/"]


def test_a_page_is_previewed_as_saved_and_as_typed(sign_in, ada):
    page = make_page("/help/", "Saved", template="section", is_draft=True)
    make_page("/help/below/", is_draft=False)
    desk = sign_in(ada)
    assert "Saved" in desk.get(reverse("admin:portal_page_preview", args=[page.pk])).text
    typed = reverse("admin:portal_page_preview_typed")
    shown = desk.post(
        typed, {"title": "New", "body": "**typed** <script>alert(1)</script>", "template": "wide"}
    )
    assert "<strong>typed</strong>" in shown.text
    assert "<script>alert" not in shown.text
    assert desk.post(typed, {"title": "x" * 300, "body": "\x00", "template": "no"}).status_code == 200
    page.refresh_from_db()
    assert page.body == "Saved"
    assert desk.get(typed).status_code == 405
    assert desk.get(reverse("admin:portal_page_preview", args=[home().pk])).status_code == 404


def test_previews_are_for_those_who_may_see_and_write_pages(sign_in, bob):
    page = make_page("/help/", "Saved")
    clerk = make_user("clerk@portal.example", is_staff=True)
    saved, typed = (
        reverse("admin:portal_page_preview", args=[page.pk]),
        reverse("admin:portal_page_preview_typed"),
    )
    assert [sign_in(clerk).get(saved).status_code, sign_in(clerk).post(typed).status_code] == [403, 403]
    assert [sign_in(bob).get(saved).status_code, sign_in(bob).post(typed).status_code] == [302, 302]


def test_staff_who_may_only_look_at_pages_are_shown_them(sign_in):
    page = make_page("/help/", "Words")
    clerk = make_user("clerk@portal.example", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename="view_page"))
    desk = sign_in(clerk)
    for url in (LIST, change(page), change(home())):
        assert desk.get(url).status_code == 200
    assert desk.post(change(page), form(title="Changed")).status_code == 403


def test_a_page_that_is_in_a_menu_is_not_put_there_twice(sign_in, ada):
    page = make_page("/help/")
    make_link("Help", "/help/", position=32767)
    sign_in(ada).post(change(page), form(title="Help", slug="help", put_into_menu="primary"))
    assert WebLink.objects.filter(page=page).count() == 1
    sign_in(ada).post(ADD, form(title="Last", put_into_menu="primary"))
    assert [link.label for link in WebLink.objects.filter(menu="primary", parent=None)][-2:] == [
        "Help",
        "Last",
    ]


class TestAtOnce:
    pytestmark = commits

    def test_two_administrators_cannot_move_two_pages_below_each_other(self, sign_in):
        pages = [make_page("/a/"), make_page("/b/")]
        desks = [
            sign_in(make_user(f"ada{number}@portal.example", is_staff=True, is_superuser=True))
            for number in range(2)
        ]
        sent = [form(pages[1 - number], title=slug, slug=slug) for number, slug in enumerate("ab")]
        statuses = at_once(
            2, lambda number: desks[number].post(change(pages[number]), sent[number]).status_code
        )
        assert sorted(statuses) == [200, 302]
        assert sorted(Page.objects.filter(is_builtin=False).values_list("path", flat=True)) in (
            ["/a/", "/a/b/"],
            ["/b/", "/b/a/"],
        )
