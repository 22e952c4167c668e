"""Many pages, rules, roles and menu entries cost a request no more queries than few."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import WebRole
from portal.models import Redirect, WebLink
from portal.site import configuration
from tests.portal.factories import fill_site, make_page, restrict


def queries(browser, path):
    browser.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(path).status_code == 200
    return [query["sql"].split(" WHERE ")[0][:60] for query in captured]


def test_a_thousand_pages_cost_no_query_more(sign_in, alice):
    make_page("/help/returns/", "Words", template="section")
    restrict("/help/", "Authenticated Users")
    browser = sign_in(alice)
    paths = ("/", "/help/returns/", "/cases/")
    few = {path: queries(browser, path) for path in paths}
    fill_site(pages=1000, rules=200, roles=50, links=60, redirects=300)
    WebLink.objects.filter(label__startswith="Page").update(menu="primary")
    assert {path: queries(browser, path) for path in paths} == few
    assert len(few["/help/returns/"]) == 5


def test_loading_takes_eight_queries_once_after_a_change(db, django_assert_num_queries):
    fill_site(pages=100, rules=20, roles=50, links=20, redirects=30)
    Redirect.objects.create(from_path="/x/", to="/cases/")
    with django_assert_num_queries(1 + 8):
        configuration.current()
    with django_assert_num_queries(1):
        configuration.current()
    WebRole.objects.filter(name="Portal IT User").delete()
    with django_assert_num_queries(1 + 8):
        configuration.current()
