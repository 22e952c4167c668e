from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import WebRole
from accounts.permissions.audiences import is_meant_for, is_named_for
from accounts.scoping import Permitted
from lib import markdown


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    def published(self) -> Self:
        now = timezone.now()
        return self.filter(published_at__lte=now).exclude(expires_at__lte=now)

    def visible_to(self, contact: Permitted | None) -> Self:
        """Published ones: those for everyone who is signed in, and those whose audience ``contact`` belongs
        to.

        Visitors are not everyone: without a contact, an announcement must name a role of theirs.
        """
        audience = Announcement.audience.through.objects.filter(announcement=models.OuterRef("pk"))
        return self.published().filter(
            is_meant_for(contact, audience) if contact else is_named_for(None, audience)
        )


class Announcement(models.Model):
    class Kind(models.TextChoices):
        INFO = "info", _("News")
        MAINTENANCE = "maintenance", _("Maintenance")
        PRODUCT = "product", _("Product")

    title = models.CharField(_("title"), max_length=150)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.INFO)
    body = models.TextField(_("text"), help_text=_("Markdown"))
    body_html = models.TextField(editable=False)
    published_at = models.DateTimeField(_("published from"), default=timezone.now, db_index=True)
    expires_at = models.DateTimeField(_("published until"), null=True, blank=True)
    audience = models.ManyToManyField(
        WebRole,
        verbose_name=_("only for"),
        blank=True,
        help_text=_("If no role is chosen, everyone who is signed in."),
    )

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ["-published_at", "-id"]

    def __str__(self) -> str:
        return self.title

    def write(self, body: str) -> None:
        self.body, self.body_html = body, markdown.render(body)
