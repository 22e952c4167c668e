from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from lib.addresses import with_scheme
from lib.admin_places import Place
from portal.actions.menus import move_link, save_link
from portal.admin.page_forms import PageChoiceField
from portal.models import Page, WebLink, WebLinkTranslation

INDENT = "\u2003"


class WebLinkForm(forms.ModelForm[WebLink]):
    page = PageChoiceField(label=gettext_lazy("Page"), required=False, queryset=Page.objects.in_tree_order())

    class Meta:
        model = WebLink
        fields = ("menu", "label", "page", "url", "parent", "position")

    def clean_url(self) -> str:
        return with_scheme(self.cleaned_data["url"])


class WebLinkTranslationForm(forms.ModelForm[WebLinkTranslation]):
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = WebLinkTranslation
        fields = ("language", "label")


class WebLinkTranslationInline(admin.TabularInline[WebLinkTranslation, WebLink]):
    model = WebLinkTranslation
    form = WebLinkTranslationForm
    extra = 0
    max_num = len(settings.LANGUAGES)


@admin.register(WebLink)
class WebLinkAdmin(admin.ModelAdmin[WebLink]):
    """The menus as they are shown: each entry is followed by those below it."""

    place = Place("content", 7, gettext_lazy("Menus"), "list")
    form = WebLinkForm
    list_display = ("name", "menu", "target", "position", "move")
    list_editable = ("position",)
    list_filter = ("menu",)
    list_select_related = ("page", "parent")
    list_per_page = 200
    search_fields = ("label", "url", "page__path")
    sortable_by = ()

    def get_ordering(self, request: HttpRequest) -> Any:
        menus = [When(menu=menu, then=Value(place)) for place, menu in enumerate(WebLink.Menu.values)]
        group = [Coalesce("parent__position", "position"), Coalesce("parent", "id")]
        return [Case(*menus), *group, F("parent").asc(nulls_first=True), "position", "id"]

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        return self.list_display if self.has_change_permission(request) else self.list_display[:-1]

    def get_inlines(self, request: HttpRequest, obj: WebLink | None) -> list[Any]:
        return [WebLinkTranslationInline] if len(settings.LANGUAGES) > 1 else []

    @admin.display(description=gettext_lazy("label"))
    def name(self, link: WebLink) -> str:
        return f"{INDENT * 2}{link.label}" if link.parent_id else link.label

    @admin.display(description=gettext_lazy("links to"))
    def target(self, link: WebLink) -> str:
        return link.page.path if link.page else link.url or "–"

    @admin.display(description=gettext_lazy("order"))
    def move(self, link: WebLink) -> SafeString:
        return render_to_string("admin/portal/weblink/move.html", {"link": link})

    def get_urls(self) -> list[URLPattern]:
        move = self.admin_site.admin_view(require_POST(self.move_view))
        return [
            path("<int:pk>/up/", move, {"by": -1}, name="portal_weblink_up"),
            path("<int:pk>/down/", move, {"by": 1}, name="portal_weblink_down"),
            *super().get_urls(),
        ]

    def move_view(self, request: HttpRequest, pk: int, by: int) -> HttpResponse:
        link = get_object_or_404(WebLink, pk=pk)
        if not self.has_change_permission(request, link):
            raise PermissionDenied
        move_link(link=link, by=by)
        return redirect("admin:portal_weblink_changelist")

    def save_model(self, request: HttpRequest, obj: WebLink, form: Any, change: bool) -> None:
        save_link(link=obj)
