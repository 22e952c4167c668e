"""Reads what the configuration holds: eight queries, however many pages, rules, roles and menu entries there
are."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from django.db.models.functions import JSONObject
from django.urls import Resolver404, resolve

from accounts.models import RecordPermission, SignInPolicy, WebRole
from lib.addresses import is_own, path_of
from lib.networks import NetworkSet
from portal.models import (
    AllowedNetwork,
    Page,
    PageAccessRule,
    PageTranslation,
    Redirect,
    Site,
    SnippetText,
    WebLink,
    WebLinkTranslation,
)
from portal.site.sitemap import Forwarding, Link, PageEntry, ReadRule


def everything() -> dict[str, Any]:
    return {
        "site": Site.objects.the_one(),
        "networks": NetworkSet(allowed.network for allowed in AllowedNetwork.objects.all()),
        "sign_in_policy": SignInPolicy.objects.the_one(),
        "snippets": {(written.name, written.language): written for written in SnippetText.objects.all()},
        "redirects": {
            row.from_path: Forwarding(row.to, _own_path(row.to), row.status) for row in Redirect.objects.all()
        },
        "menus": _menus(),
        **_pages(),
        **_visitors(),
    }


def _pages() -> dict[str, Any]:
    rows = list(_page_rows())
    ruled = [(page.path, rule) for page in rows for rule in page.loaded_rules]
    read, preview = PageAccessRule.Right.READ, PageAccessRule.Right.PREVIEW
    return {
        "pages": {page.path: _entry(page) for page in rows},
        "read_rules": {
            path: ReadRule(frozenset(rule["roles"]), rule["reopens"])
            for path, rule in ruled
            if rule["right"] == read
        },
        "preview_rules": {path: frozenset(rule["roles"]) for path, rule in ruled if rule["right"] == preview},
    }


def _page_rows() -> Any:
    roles = PageAccessRule.roles.through.objects.filter(pageaccessrule=OuterRef("pk")).values("webrole")
    rules = PageAccessRule.objects.filter(page=OuterRef("pk"))
    titles = PageTranslation.objects.filter(page=OuterRef("pk")).order_by()
    return (
        Page.objects.in_tree_order()
        .defer("body", "body_html")
        .annotate(
            loaded_rules=ArraySubquery(
                rules.values(row=JSONObject(right="right", reopens="reopens", roles=ArraySubquery(roles)))
            ),
            loaded_titles=ArraySubquery(titles.values(row=JSONObject(language="language", text="title"))),
        )
    )


def _entry(page: Any) -> PageEntry:
    return PageEntry(
        pk=page.pk,
        path=page.path,
        titles=_texts(page.title, page.loaded_titles),
        template=page.template,
        is_builtin=page.is_builtin,
        record_type=page.record_type,
        is_draft=page.is_draft,
        published_from=page.published_from,
        published_until=page.published_until,
        is_hidden=page.hidden_from_menus,
        position=page.position,
        visitor_types=_visitor_types(page.path) if page.is_builtin else frozenset(),
    )


def _visitor_types(path: str) -> frozenset[str]:
    try:
        return getattr(resolve(path).func, "open_to_visitors", frozenset())
    except Resolver404:
        return frozenset()


def _menus() -> dict[str, tuple[Link, ...]]:
    labels = WebLinkTranslation.objects.filter(link=OuterRef("pk")).order_by()
    links = WebLink.objects.annotate(
        page_path=F("page__path"),
        loaded_labels=ArraySubquery(labels.values(row=JSONObject(language="language", text="label"))),
    )
    below: dict[tuple[str, int | None], list[Any]] = {}
    for link in links:
        below.setdefault((link.menu, link.parent_id), []).append(link)
    return {
        menu: tuple(_link(link, below) for link in below.get((menu, None), []))
        for menu in WebLink.Menu.values
    }


def _link(link: Any, below: dict[tuple[str, int | None], list[Any]]) -> Link:
    target = link.page_path or link.url
    children = tuple(_link(child, below) for child in below.get((link.menu, link.pk), []))
    return Link(_texts(link.label, link.loaded_labels), target, _own_path(target), children)


def _visitors() -> dict[str, frozenset[Any]]:
    permissions = RecordPermission.objects.of_visitors().filter(role=OuterRef("pk"))
    roles = WebRole.objects.filter(for_anonymous=True).annotate(
        readable=ArraySubquery(permissions.order_by().values("record_type"))
    )
    found = list(roles.values_list("pk", "readable"))
    return {
        "visitor_role_ids": frozenset(pk for pk, _readable in found),
        "visitor_reads": frozenset(record_type for _pk, readable in found for record_type in readable),
    }


def _own_path(target: str) -> str:
    return path_of(target) if is_own(target) else ""


def _texts(default: str, translations: list[dict[str, str]]) -> dict[str, str]:
    return {"": default, **{row["language"]: row["text"] for row in translations if row["text"]}}
