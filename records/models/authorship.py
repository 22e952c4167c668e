from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact, User
from accounts.models.user import initials_of
from lib import markdown


class Authored(models.Model):
    """Written by a contact, or by a member of staff: one of the two, never both."""

    author_contact = models.ForeignKey(
        Contact, verbose_name=_("author"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    author_user = models.ForeignKey(
        User,
        verbose_name=_("author (staff)"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    author_contact_id: int | None
    author_user_id: int | None

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(author_contact__isnull=False, author_user__isnull=True)
                | models.Q(author_contact__isnull=True, author_user__isnull=False),
                name="%(app_label)s_%(class)s_has_one_author",
            )
        ]

    @property
    def author(self) -> Contact | User:
        author: Contact | User | None = self.author_contact or self.author_user
        assert author is not None  # noqa: S101 -- the constraint has_one_author
        return author

    @property
    def author_name(self) -> str:
        author = self.author
        return author.full_name if isinstance(author, Contact) else author.get_full_name()

    @property
    def author_initials(self) -> str:
        return initials_of(self.author.first_name, self.author.last_name, self.author.email)

    @property
    def author_company(self) -> str:
        return self._account.name if self._account else ""

    @property
    def is_by_staff(self) -> bool:
        return self.author_user_id is not None

    @property
    def is_by_partner(self) -> bool:
        return self._account is not None and self._account.kind == Account.Kind.PARTNER

    @property
    def _account(self) -> Account | None:
        return self.author_contact.account if self.author_contact else None


class Written(Authored):
    """Words in Markdown, and when they were said."""

    body = models.TextField(_("text"))
    body_html = models.TextField(editable=False)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    edited_at = models.DateTimeField(_("edited"), null=True, editable=False)

    class Meta(Authored.Meta):
        abstract = True

    def write(self, body: str) -> None:
        """Set the text, and the HTML that readers see."""
        self.body, self.body_html = body, markdown.render(body)

    def rewrite(self, body: str, at: datetime) -> None:
        self.write(body)
        self.edited_at = at
        self.save(update_fields=["body", "body_html", "edited_at"])
