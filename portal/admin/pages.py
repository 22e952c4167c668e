from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from portal.models import Page, PageAccessRule


class PageAccessRuleInline(admin.TabularInline[PageAccessRule, Page]):
    model = PageAccessRule
    extra = 0
    filter_horizontal = ("roles",)


@admin.register(Page)
class PageAdmin(admin.ModelAdmin[Page]):
    list_display = ("path", "title", "is_builtin", "readers")
    view_on_site = False  # staff see no customer pages
    search_fields = ("path", "title")
    readonly_fields = ("is_builtin",)
    inlines = (PageAccessRuleInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Page | None = None) -> list[str]:
        return ["path", "is_builtin"] if obj and obj.is_builtin else ["is_builtin"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("access_rules__roles")

    def has_delete_permission(self, request: HttpRequest, obj: Page | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.is_builtin)

    @admin.display(description=gettext_lazy("restricted to"))
    def readers(self, page: Page) -> str:
        rules = [rule for rule in page.access_rules.all() if rule.right == PageAccessRule.Right.READ]
        return ", ".join(role.name for rule in rules for role in rule.roles.all())
