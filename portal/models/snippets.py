from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

NAME = r"[a-z0-9]+(?:-[a-z0-9]+)*"
validate_name = RegexValidator(
    rf"\A{NAME}\Z", _("Use lowercase letters and digits separated by hyphens, for example opening-hours.")
)


class SnippetText(models.Model):
    """What administrators wrote in place of a text of the portal, or a text of their own for their pages.

    portal.texts.snippets declares the portal's texts with their defaults, and says how ``html`` is made of
    ``text``. A row without a language holds for every language that has none of its own.
    """

    name = models.CharField(_("name"), max_length=60, validators=[validate_name])
    language = models.CharField(_("language"), max_length=10, blank=True)
    text = models.TextField(_("text"))
    html = models.TextField(editable=False)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("text")
        verbose_name_plural = _("texts")
        ordering = ["name", "language"]
        constraints = [
            models.UniqueConstraint(fields=["name", "language"], name="portal_snippettext_once_a_language")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})" if self.language else self.name
