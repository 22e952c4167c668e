from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from lib import markdown
from lib.admin_places import Place
from portal.actions.pages import delete_pages, lock_tree, put_into_menu, record_rules, rules_of, save_page
from portal.admin.asking import AsksFirst
from portal.admin.page_forms import PageAccessRuleForm, PageForm, PageTranslationForm, PreviewForm, indent
from portal.models import Page, PageAccessRule, PageTranslation
from portal.models.pages import TREE_ORDER, is_published
from portal.site import configuration
from portal.site.http import SiteRequest
from portal.site.page_access import access_to
from portal.site.readers import Reader
from portal.site.sitemap import PageEntry
from portal.texts import snippets
from portal.views.pages import cards, crumbs, text_of


class PageAccessRuleInline(admin.StackedInline[PageAccessRule, Page]):
    model = PageAccessRule
    form = PageAccessRuleForm
    template = "admin/portal/page/rules.html"
    extra = 1
    max_num = len(PageAccessRule.Right.choices)


class PageTranslationInline(admin.StackedInline[PageTranslation, Page]):
    model = PageTranslation
    form = PageTranslationForm
    extra = 0
    max_num = len(settings.LANGUAGES)


class AccessFilter(admin.SimpleListFilter):
    title = gettext_lazy("access")
    parameter_name = "access"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("draft", gettext_lazy("Not published")),
            ("restricted", gettext_lazy("Restricted, here or by a parent page")),
            ("visitors", gettext_lazy("Open to visitors")),
            ("reopened", gettext_lazy("Reopened")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Page]) -> QuerySet[Page]:
        if self.value() not in dict(self.lookup_choices):
            return queryset
        return queryset.filter(path__in=_paths_with(str(self.value()), cast("SiteRequest", request)))


def _paths_with(access: str, request: SiteRequest) -> list[str]:
    held = request.configuration
    visitor = Reader(held, None, is_signed_in=False)
    conditions: dict[str, Callable[[PageEntry], bool]] = {
        "draft": lambda page: not visitor.is_live(page),
        "restricted": lambda page: bool(held.rules_on(page.path)),
        "visitors": visitor.may_open,
        "reopened": lambda page: page.path in held.read_rules and held.read_rules[page.path].reopens,
    }
    return [page.path for page in held.pages.values() if conditions[access](page)]


@admin.register(Page)
class PageAdmin(AsksFirst, admin.ModelAdmin[Page]):
    """The tree of pages. Whoever changes it holds its lock until the change is stored."""

    place = Place("content", 6, gettext_lazy("Pages"), "file-earmark")
    form = PageForm
    list_display = ("name", "path", "state", "readers")
    list_filter = (AccessFilter, "is_builtin")
    list_per_page = 200
    search_fields = ("path", "title", "body")
    prepopulated_fields = {"slug": ("title",)}
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("access_rules__roles")

    def get_ordering(self, request: HttpRequest) -> Any:
        return [TREE_ORDER]

    def get_fieldsets(self, request: HttpRequest, obj: Page | None = None) -> Any:
        access = (_("Who can open this page"), {"fields": ["who"]})
        menus = (_("Menus"), {"fields": ["put_into_menu", "hidden_from_menus", "position"]})
        if obj and obj.is_builtin:
            return [(None, {"fields": ["path", "title"]}), access, menus]
        where = (None, {"fields": ["title", "parent", "slug", "body", "template"]})
        published = (_("Publication"), {"fields": ["is_draft", "published_from", "published_until"]})
        return (
            [where, published, access, (menus[0], {"fields": [*menus[1]["fields"], "below"]})]
            if obj
            else [where, published, menus]
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Page | None = None) -> list[str]:
        """Where a page stands decides who reads it: moving it takes the right to change rules."""
        is_moving_barred = (
            obj and not obj.is_builtin and not request.user.has_perm("portal.change_pageaccessrule")
        )
        return ["path", "who", "below", *(["parent"] if is_moving_barred else [])]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Page | None = None) -> Any:
        return {} if obj else self.prepopulated_fields

    def get_inlines(self, request: HttpRequest, obj: Page | None) -> list[Any]:
        speaks_more = len(settings.LANGUAGES) > 1
        return [PageAccessRuleInline, PageTranslationInline] if speaks_more else [PageAccessRuleInline]

    # The list

    @admin.display(description=gettext_lazy("page"))
    def name(self, page: Page) -> str:
        return f"{indent(page)}{page.title}"

    @admin.display(description=gettext_lazy("status"))
    def state(self, page: Page) -> str:
        if page.is_builtin:
            return _("Part of the portal")
        if page.is_draft:
            return _("Draft")
        return (
            _("Published")
            if is_published(timezone.now(), page.published_from, page.published_until)
            else _("Outside publication dates")
        )

    @admin.display(description=gettext_lazy("restricted to"))
    def readers(self, page: Page) -> str:
        rule = next(
            (rule for rule in page.access_rules.all() if rule.right == PageAccessRule.Right.READ), None
        )
        if rule is None:
            return ""
        names = ", ".join(role.name for role in rule.roles.all()) or _("no one")
        return (
            format_html('{} <strong class="page-danger">({})</strong>', names, _("reopens"))
            if rule.reopens
            else names
        )

    # One page

    @admin.display(description=gettext_lazy("who"))
    def who(self, page: Page) -> SafeString:
        held = configuration.current()
        return render_to_string(
            "admin/portal/page/who.html", {"access": access_to(held.pages[page.path], held)}
        )

    @admin.display(description=gettext_lazy("subpages"))
    def below(self, page: Page) -> SafeString:
        return render_to_string(
            "admin/portal/page/below.html", {"page": page, "children": page.children.in_tree_order()}
        )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("preview/", view(require_POST(self.preview_typed)), name="portal_page_preview_typed"),
            path("<int:pk>/preview/", view(self.preview), name="portal_page_preview"),
            *super().get_urls(),
        ]

    def view_on_site(self, obj: Page) -> str | None:
        """Staff have no way past the rules of the portal's pages, so the button leads to the preview."""
        return obj.path if obj.is_builtin else reverse("admin:portal_page_preview", args=[obj.pk])

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A page as it was last saved, as its readers see it."""
        site_request = cast("SiteRequest", request)
        page = get_object_or_404(Page.objects.with_texts().filter(is_builtin=False), pk=pk)
        if not self.has_view_permission(request, page):
            raise PermissionDenied
        reader, entry = Reader.of(site_request), site_request.configuration.pages[page.path]
        context = {
            "page": entry,
            "title": entry.title_in(get_language()),
            "text": text_of(site_request, page),
            "crumbs": crumbs(reader, entry),
            "cards": cards(reader, entry),
            "edit_url": reverse("admin:portal_page_change", args=[pk]),
        }
        return render(request, "portal/page.html", context)

    def preview_typed(self, request: HttpRequest) -> HttpResponse:
        """What is in the form on the screen, as readers would see it. Nothing is stored."""
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        form = PreviewForm(request.POST)
        form.is_valid()
        html = markdown.render_page(form.cleaned_data.get("body", ""))
        text = snippets.expand(html, get_language(), cast("SiteRequest", request).configuration)
        context = {
            "page": form.cleaned_data,
            "title": form.cleaned_data.get("title") or _("Untitled"),
            "text": text,
        }
        return render(
            request, "portal/page.html", context | {"edit_url": reverse("admin:portal_page_changelist")}
        )

    # Writing

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method != "POST":
            return super().changeform_view(request, *args, **kwargs)
        with transaction.atomic():
            lock_tree()
            return super().changeform_view(request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Page, form: Any, change: bool) -> None:
        save_page(actor=actor_of(request), page=obj)
        if menu := form.cleaned_data.get("put_into_menu"):
            put_into_menu(page=obj, menu=menu)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        before = rules_of(form.instance)
        super().save_related(request, form, formsets, change)
        record_rules(actor=actor_of(request), page=form.instance, before=before)
        _tell_exposure(request, form.instance)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if formset.model is PageTranslation:
            for translation in formset.forms:
                translation.instance.render()
        super().save_formset(request, form, formset, change)

    def has_delete_permission(self, request: HttpRequest, obj: Page | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.is_builtin)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Parts of the portal count as protected."""
        deleted, counts, refused, protected = super().get_deleted_objects(objs, request)
        return deleted, counts, refused, [*protected, *(str(page) for page in objs if page.is_builtin)]

    def delete_model(self, request: HttpRequest, obj: Page) -> None:
        delete_pages(actor=actor_of(request), pages=[obj])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Page]) -> None:
        delete_pages(actor=actor_of(request), pages=queryset)


def actor_of(request: HttpRequest) -> Actor:
    return Actor.staff(cast("SiteRequest", request))


def _tell_exposure(request: HttpRequest, page: Page) -> None:
    """Say so where visitors can read what was saved."""
    held = configuration.current()
    if not page.is_builtin and held.opens_to_visitors(page.path):
        messages.warning(request, _("Anyone on the internet can read this page without signing in."))
