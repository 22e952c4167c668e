from typing import Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models.functions import JSONObject, Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models.account import Account
from accounts.models.roles import RecordPermission, WebRole
from accounts.models.user import User, initials_of
from accounts.scoping import (
    PRIVILEGES,
    Grants,
    Privilege,
    RecordType,
    Scope,
    ScopedQuerySet,
    granted_scope,
    record_types,
)
from lib.mail_addresses import MailAddressField


class ContactQuerySet(ScopedQuerySet["Contact"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def usable(self) -> Self:
        """Contacts through which somebody can see anything: active, and so is their account."""
        return self.active().exclude(account__status=Account.Status.INACTIVE)

    def of_account(self, account_id: int | None) -> Self:
        """The contacts of one account; individual customers have no colleagues."""
        return self.filter(account=account_id) if account_id else self.none()

    def with_status(self, status: str) -> Self:
        conditions = {
            Contact.Status.ACTIVE.value: models.Q(is_active=True, user__isnull=False),
            Contact.Status.INVITED.value: models.Q(is_active=True, user=None),
            Contact.Status.INACTIVE.value: models.Q(is_active=False),
        }
        return self.filter(conditions[status])

    def matching(self, text: str) -> Self:
        """Contacts in whose name, address or job title all of the words occur."""
        fields = ("first_name", "last_name", "email", "job_title")
        words = [
            models.Q(*[(f"{name}__icontains", word) for name in fields], _connector=models.Q.OR)
            for word in text.split()
        ]
        return self.filter(*words)

    def managers(self) -> Self:
        """Those whose roles let them change the contacts of their account: its portal user managers."""
        grants = RecordPermission.objects.filter(
            _is_everybodys("role__") | _is_given("role"),
            record_type=Contact.record_type.name,
            scope__in=MANAGING_SCOPES,
            can_write=True,
        )
        return self.filter(models.Exists(grants), account__isnull=False)

    def signing_in(self) -> Self:
        """Those behind whom there is somebody who can sign in now."""
        return self.usable().filter(user__is_active=True)

    def with_rights(self) -> Self:
        """Load roles and record permissions in the same query (see Contact.grants and Contact.role_ids)."""
        roles = WebRole.objects.filter(_is_everybodys() | _is_given("pk"))
        permissions = RecordPermission.objects.filter(_is_everybodys("role__") | _is_given("role"))
        return self.annotate(
            loaded_role_ids=ArraySubquery(roles.order_by().values("pk")),
            loaded_permissions=ArraySubquery(permissions.order_by().values(row=PERMISSION_ROW)),
        )


def _is_everybodys(prefix: str = "") -> models.Q:
    """Whether everybody who is signed in has the role, without being given it: what visitors may, they may
    too."""
    return models.Q(
        (f"{prefix}for_authenticated", True), (f"{prefix}for_anonymous", True), _connector=models.Q.OR
    )


def _is_given(role: str) -> models.Q:
    """For a subquery on a contact: whether the role in column ``role`` was given to that contact."""
    given = Contact.roles.through.objects.filter(
        webrole=models.OuterRef(role), contact=models.OuterRef(models.OuterRef("pk"))
    )
    return models.Q(models.Exists(given))


MANAGING_SCOPES = (Scope.ACCOUNT, Scope.GLOBAL)
"""A permission within these reaches colleagues, not only the contact's own record."""

PERMISSION_ROW = JSONObject(
    record_type="record_type", scope="scope", **{name: f"can_{name}" for name in PRIVILEGES}
)


class Contact(models.Model):
    """A person in an account, or without one: an individual customer. Deactivated, never deleted.

    ``user`` stays empty until an invitation is redeemed or a registration is verified. One user may hold
    contacts in several accounts; each is a person of its own to the portal.
    """

    class Status(models.TextChoices):
        """What a contact's manager sees of their access."""

        ACTIVE = "active", _("Active")
        INVITED = "invited", _("Invited")
        INACTIVE = "inactive", _("Deactivated")

    record_type = RecordType(
        "contact", _("Contacts"), account="account", contact="id", privileges=("read", "create", "write"),
        through=_("Invitations and requests to join follow the contacts of the account."),
    )  # fmt: skip

    account = models.ForeignKey(
        Account,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="contacts",
    )
    user = models.ForeignKey(
        User,
        verbose_name=_("user"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="contacts",
        help_text=_("The user who signs in as this contact."),
    )
    first_name = models.CharField(_("first name"), max_length=100)
    last_name = models.CharField(_("last name"), max_length=100)
    email = MailAddressField(_("email address"))
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    job_title = models.CharField(_("job title"), max_length=100, blank=True)
    roles = models.ManyToManyField(WebRole, verbose_name=_("web roles"), blank=True, related_name="contacts")
    is_active = models.BooleanField(_("active"), default=True)
    deactivated_at = models.DateTimeField(_("deactivated"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merged_contacts",
        editable=False,
    )

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["last_name", "first_name"]
        permissions = [("preview_contact", _("Can view the portal as a contact"))]
        constraints = [
            models.UniqueConstraint(
                "account",
                Lower("email"),
                name="accounts_contact_email_once_an_account",
                nulls_distinct=False,
                violation_error_message=_("This account already has a contact with this email address."),
            ),
            models.UniqueConstraint(
                fields=["account", "user"],
                name="accounts_contact_user_once_an_account",
                condition=models.Q(user__isnull=False),
                nulls_distinct=False,
                violation_error_message=_("This user is already a contact of this account."),
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into=None) | models.Q(is_active=False, user=None),
                name="accounts_contact_merged_lets_nobody_in",
                violation_error_message=_(
                    "This contact was merged into another one. No one can sign in with it."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def initials(self) -> str:
        return initials_of(self.first_name, self.last_name, self.email)

    @property
    def status(self) -> "Contact.Status":
        if not self.is_active:
            return self.Status.INACTIVE
        return self.Status.ACTIVE if self.user_id else self.Status.INVITED

    @property
    def survivor(self) -> "Contact":
        """The contact that this one was merged into, or else itself. There are no chains: see
        accounts.actions.merge."""
        return self.merged_into or self

    @property
    def is_usable(self) -> bool:
        return self.is_active and (self.account is None or self.account.is_active)

    @property
    def can_be_told(self) -> bool:
        """Whether mails about records may go to the contact: not to those whose access, or whose sign-in, is
        switched off."""
        return self.is_usable and (self.user is None or self.user.is_active)

    @cached_property
    def role_ids(self) -> frozenset[int]:
        """Roles given to the contact, and those that everyone who is signed in has; these are the visitors'
        too."""
        return frozenset(self._with_rights.loaded_role_ids)

    @cached_property
    def grants(self) -> Grants:
        """What the roles permit: record type → scope → privileges."""
        grants: Grants = {}
        for row in self._with_rights.loaded_permissions:
            granted = grants.setdefault(row["record_type"], {}).setdefault(row["scope"], [])
            granted += [name for name in PRIVILEGES if row[name]]
        return grants

    @cached_property
    def read_scopes(self) -> tuple[str | None, ...]:
        """How far the contact reads records of each type."""
        return tuple(granted_scope(self, "read", kind) for kind in record_types())

    def reads(self, record_type: str) -> bool:
        """Whether any records of this type could be visible; which ones, ``visible_to`` tells."""
        return any(granted_scope(self, "read", kind) for kind in record_types() if kind.name == record_type)

    def sees_colleagues(self, record_type: RecordType) -> bool:
        """Whether lists of this type may hold other people's records, so that names belong beside them."""
        return granted_scope(self, "read", record_type) in (Scope.ACCOUNT, Scope.GLOBAL)

    def manages(self, privilege: Privilege) -> bool:
        """Whether the contact may do this with every contact of their account."""
        return (
            self.account_id is not None
            and granted_scope(self, privilege, self.record_type) in MANAGING_SCOPES
        )

    @cached_property
    def _with_rights(self) -> Any:
        return self if hasattr(self, "loaded_permissions") else Contact.objects.with_rights().get(pk=self.pk)

    def deactivate(self) -> None:
        self.is_active, self.deactivated_at = False, timezone.now()
        self.save(update_fields=["is_active", "deactivated_at"])

    def reactivate(self) -> None:
        self.is_active, self.deactivated_at = True, None
        self.save(update_fields=["is_active", "deactivated_at"])
