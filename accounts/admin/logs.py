from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnly
from accounts.models import Activity, OutgoingMail
from lib.admin_places import Place


@admin.register(Activity)
class ActivityAdmin(ReadOnly, admin.ModelAdmin[Activity]):
    place = Place("logs", 1, _("Activity"), "activity")
    list_display = ("at", "actor_name", "verb", "label", "account", "client_ip")
    list_filter = ("verb", "record_type", "is_internal")
    list_select_related = ("account",)
    search_fields = ("actor_name", "label", "record_id")
    date_hierarchy = "at"
    show_full_result_count = False


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnly, admin.ModelAdmin[OutgoingMail]):
    place = Place("logs", 2, _("Mail sent"), "send")
    list_display = ("created_at", "to", "subject", "event", "status", "attempts", "sent_at")
    list_filter = ("status", "event")
    search_fields = ("to", "subject")
    date_hierarchy = "created_at"
    show_full_result_count = False

    def get_fields(self, request: HttpRequest, obj: OutgoingMail | None = None) -> Any:
        """Without the text of mails that let their reader in: staff must not use the link of a colleague."""
        shown = [field.name for field in OutgoingMail._meta.fields if field.name != "id"]
        return [name for name in shown if not (obj and obj.is_secret and name in ("text", "html"))]
