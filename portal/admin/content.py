from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lib.admin_columns import moment
from lib.admin_pickers import PICKERS
from lib.admin_places import Place
from portal.models import Announcement


@admin.register(Announcement)
class AnnouncementAdmin(admin.ModelAdmin[Announcement]):
    place = Place("content", 9, _("Announcements"), "megaphone")
    list_display = (
        "title",
        "kind",
        moment("published_at", _("published")),
        moment("expires_at", _("expires")),
    )
    list_filter = ("kind",)
    search_fields = ("title", "body")
    formfield_overrides = PICKERS

    def save_model(self, request: HttpRequest, obj: Announcement, form: Any, change: bool) -> None:
        obj.write(form.cleaned_data["body"])
        super().save_model(request, obj, form, change)
