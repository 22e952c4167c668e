from django.contrib import admin

from portal.models import WebLink


@admin.register(WebLink)
class WebLinkAdmin(admin.ModelAdmin[WebLink]):
    list_display = ("label", "menu", "page", "url", "parent", "position")
    list_editable = ("position",)
    list_filter = ("menu",)
    list_select_related = ("page", "parent")
