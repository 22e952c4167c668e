from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from lib.addresses import validate_target


class Redirect(models.Model):
    """An address that pages or another site once had. It answers only where nothing else does.

    ``from_path`` is kept as lib.paths.normalize writes it, so that letter case and the last slash make no
    difference.
    """

    class Status(models.IntegerChoices):
        PERMANENT = 301, _("Permanent (301)")
        TEMPORARY = 302, _("Temporary (302)")

    from_path = models.CharField(
        _("from"), max_length=300, unique=True,
        help_text=_(
            "An address in this portal, for example /support/faq.aspx. Not case-sensitive."
        ),
    )  # fmt: skip
    to = models.CharField(
        _("to"),
        max_length=500,
        validators=[validate_target],
        help_text=_("An address in this portal such as /help/, or https://…"),
    )
    status = models.PositiveSmallIntegerField(_("kind"), choices=Status, default=Status.PERMANENT)
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("redirect")
        verbose_name_plural = _("redirects")
        ordering = ["from_path"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(to=F("from_path")), name="portal_redirect_leads_elsewhere"
            )
        ]

    def __str__(self) -> str:
        return f"{self.from_path} → {self.to}"
