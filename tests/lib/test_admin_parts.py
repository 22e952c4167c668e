from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

from accounts.models import Account
from lib.admin_parts import AdminPage, AdminPart, beside, urls_of


def greeting(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(f"{model_admin.opts.verbose_name} {pk}")


GREETING = AdminPart((AdminPage("greeting", "<int:pk>/greeting/", greeting),))
COUNTED = AdminPart(beside=lambda _admin, _request, row: {"count": len(row), "of": "first"})
NAMED = AdminPart(beside=lambda _admin, _request, row: {"name": row, "of": "last"})


def account_admin() -> Any:
    return admin.site.get_model_admin(Account)


def address() -> URLPattern:
    (found,) = urls_of(account_admin(), (COUNTED, GREETING))
    return found


def test_a_page_of_a_part_has_an_address_of_its_model():
    assert address().name == "accounts_account_greeting"
    assert address().resolve("7/greeting/").kwargs == {"pk": 7}


def test_what_stands_beside_a_row_comes_from_all_parts_and_the_last_word_counts(rf):
    shown = beside(account_admin(), (COUNTED, GREETING, NAMED), rf.get("/"), "Acme")
    assert shown == {"count": 4, "name": "Acme", "of": "last"}
