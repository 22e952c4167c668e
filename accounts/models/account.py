from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.scoping import RecordType, ScopedQuerySet
from lib.mail_addresses import mail_domain


class AccountQuerySet(ScopedQuerySet["Account"]):
    def active(self) -> "AccountQuerySet":
        return self.filter(status=Account.Status.ACTIVE)


class Account(models.Model):
    """A customer or partner organisation, in the sense of a CRM."""

    class Kind(models.TextChoices):
        CUSTOMER = "customer", _("Customer")
        PARTNER = "partner", _("Partner")

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        INACTIVE = "inactive", _("Inactive")

    record_type = RecordType(
        "account",
        _("Accounts"),
        account="id",
        through=_("Events of the account itself in the activity log."),
    )

    number = models.CharField(_("number"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.CUSTOMER)
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.ACTIVE,
        help_text=_("Contacts of an inactive account see nothing of it."),
    )  # fmt: skip
    email_domains = ArrayField(
        models.CharField(max_length=253), verbose_name=_("email domains"), default=list, blank=True,
        help_text=_("Comma-separated, for example: acme.example, acme.test"),
    )  # fmt: skip
    account_manager = models.ForeignKey(
        "accounts.User", verbose_name=_("account manager"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="managed_accounts", limit_choices_to={"is_staff": True},
    )  # fmt: skip
    street = models.CharField(_("street"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    country = models.CharField(
        _("country"), max_length=2, blank=True, help_text=_("Two-letter code (ISO 3166), for example DE")
    )
    vat_number = models.CharField(_("VAT number"), max_length=30, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    access_reviewed_at = models.DateTimeField(_("access reviewed"), null=True, blank=True, editable=False)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        self.email_domains = [mail_domain(domain.strip().lstrip("@")) for domain in self.email_domains]
        self.country = self.country.upper()

    @property
    def is_active(self) -> bool:
        return self.status == self.Status.ACTIVE

    @property
    def address_lines(self) -> list[str]:
        return [
            line for line in (self.street, f"{self.postal_code} {self.city}".strip(), self.country) if line
        ]
