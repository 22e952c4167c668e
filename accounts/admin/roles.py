from django.contrib import admin

from accounts.models import RecordPermission, WebRole


class RecordPermissionInline(admin.TabularInline[RecordPermission, WebRole]):
    model = RecordPermission
    extra = 0


@admin.register(WebRole)
class WebRoleAdmin(admin.ModelAdmin[WebRole]):
    list_display = ("name", "description", "delegable", "for_authenticated", "for_anonymous")
    search_fields = ("name",)
    inlines = (RecordPermissionInline,)
