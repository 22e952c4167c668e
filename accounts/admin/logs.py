from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.activity_words import type_words, verb_words
from accounts.admin.base import ReadOnly
from accounts.admin.words import WordsFilter
from accounts.models import Activity, OutgoingMail
from lib.admin_columns import moment
from lib.admin_places import Place
from lib.admin_start import Figure, Warned


@admin.register(Activity)
class ActivityAdmin(ReadOnly, admin.ModelAdmin[Activity]):
    place = Place("logs", 1, _("Activity"), "activity")
    list_display = (moment("at", _("when")), "actor_name", "what", "label", "account", "client_ip")
    list_display_links = ("what",)
    list_filter = (("verb", WordsFilter), ("record_type", WordsFilter), "is_internal")
    list_select_related = ("account",)
    search_fields = ("actor_name", "label", "record_id")
    date_hierarchy = "at"
    show_full_result_count = False
    exclude = ("verb", "record_type")
    readonly_fields = ("what", "records")

    @admin.display(description=_("what"), ordering="verb")
    def what(self, activity: Activity) -> str:
        return verb_words(activity.verb)

    @admin.display(description=_("records"))
    def records(self, activity: Activity) -> str:
        return type_words(activity.record_type)


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnly, admin.ModelAdmin[OutgoingMail]):
    readonly_fields = ("about",)
    place = Place("logs", 2, _("Mail sent"), "send")
    start_figures = (
        Figure(
            _("Mail not delivered, last week"),
            50,
            lambda at: OutgoingMail.objects.undelivered(at.last_week),
            lambda at: f"status__in=failed,returned&created_at__gte={quote(at.last_week.isoformat())}",
            tone="danger",
        ),
    )
    start_warnings = (
        Warned(
            _("Some mail has been waiting to be sent for more than 15 minutes."),
            lambda _request, waiting: waiting > 0,
            lambda at: OutgoingMail.objects.filter(status="waiting", created_at__lt=at.lately),
            query="status__exact=waiting", right="view",
        ),
        Warned(
            _("No mail server is set up: mail is kept here and not sent."),
            lambda _request, _none: settings.EMAIL_BACKEND.endswith("dummy.EmailBackend"), right="view",
        ),
    )  # fmt: skip
    list_display = (
        moment("created_at", _("written")),
        "to",
        "subject",
        "about",
        "status",
        "attempts",
        "sent",
    )
    list_display_links = ("to",)
    list_filter = ("status", ("event", WordsFilter))
    search_fields = ("to", "subject")
    date_hierarchy = "created_at"
    show_full_result_count = False

    sent = moment("sent_at", _("sent"))

    @admin.display(description=_("event"), ordering="event")
    def about(self, mail: OutgoingMail) -> str:
        return verb_words(mail.event)

    def get_fields(self, request: HttpRequest, obj: OutgoingMail | None = None) -> Any:
        """Without the text of mails that let their reader in: staff must not use the link of a colleague."""
        fields = [field.name for field in OutgoingMail._meta.fields if field.name != "id"]
        shown = ["about" if name == "event" else name for name in fields]
        return [name for name in shown if not (obj and obj.is_secret and name in ("text", "html"))]
