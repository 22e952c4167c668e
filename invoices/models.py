import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import FileExtensionValidator, MinValueValidator, validate_slug
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact
from accounts.scoping import Permitted, RecordType, ScopedQuerySet
from invoices.totals import ZERO, Tax, Totals, line_net, taxes_of, totals_of, validate_currency
from lib.one_row import OneRowQuerySet
from lib.uploads import opaque_path

PAYMENT_DAYS = 30
LINE_LIMIT = Decimal(10) ** 9
"""What one line may come to, either way. A thousand such lines still fit the columns of the sums."""


def _in_payment_days() -> date:
    return timezone.localdate() + timedelta(days=PAYMENT_DAYS)


class InvoiceSettings(models.Model):
    """Who issues the invoices, how to pay, and how they are numbered. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    legal_name = models.CharField(_("legal name"), max_length=200, blank=True)
    address = models.TextField(_("address"), blank=True, help_text=_("As on an envelope, one item per line."))
    vat_number = models.CharField(_("VAT number"), max_length=30, blank=True)
    email = models.EmailField(_("email address"), blank=True, help_text=_("For questions about invoices."))
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    bank_name = models.CharField(_("bank"), max_length=100, blank=True)
    iban = models.CharField(_("IBAN"), max_length=42, blank=True)
    bic = models.CharField(_("BIC"), max_length=11, blank=True)
    logo = models.FileField(
        _("logo"),
        upload_to=opaque_path,
        blank=True,
        validators=[FileExtensionValidator(["png", "jpg", "jpeg", "svg"])],
        help_text=_("PNG, JPEG, or SVG, for white paper. Without a logo, the legal name is printed instead."),
    )
    footer_text = models.TextField(
        _("footer"),
        blank=True,
        help_text=_("Printed on every page, for example registration details and directors."),
    )
    number_prefix = models.CharField(
        _("number prefix"), max_length=12, blank=True, default="INV-", validators=[validate_slug]
    )
    next_number = models.PositiveIntegerField(
        _("next number"), default=10001, validators=[MinValueValidator(1)]
    )

    objects = OneRowQuerySet["InvoiceSettings"].as_manager()

    class Meta:
        verbose_name = _("invoice settings")
        verbose_name_plural = _("invoice settings")
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="invoices_invoicesettings_is_one_row")
        ]

    def __str__(self) -> str:
        return self.legal_name or str(_("Invoice settings"))

    def take_number(self) -> str:
        """The number of the next invoice; those that were given by hand are left out.

        Call it on a locked row, in the transaction that uses the number: there are no gaps and no doubles.
        """
        number = self._advance()
        while Invoice.objects.filter(number=number).exists():
            number = self._advance()
        self.save(update_fields=["next_number"])
        return number

    def _advance(self) -> str:
        number = f"{self.number_prefix}{self.next_number}"
        self.next_number += 1
        return number


class InvoiceQuerySet(ScopedQuerySet["Invoice"]):
    def visible_to(self, contact: Permitted | None) -> Self:
        """Drafts are nobody's business outside the house."""
        return super().visible_to(contact).issued()

    def issued(self) -> Self:
        return self.exclude(status=Invoice.Status.DRAFT)

    def open(self) -> Self:
        """Something is left to pay."""
        return self.filter(status=Invoice.Status.OPEN)

    def overdue(self, today: date | None = None) -> Self:
        return self.open().filter(due_on__lt=today or timezone.localdate())

    def paid(self) -> Self:
        return self.filter(status=Invoice.Status.PAID)

    def matching(self, text: str) -> Self:
        """The number or the customer's purchase order has the text in it."""
        return self.filter(models.Q(number__icontains=text) | models.Q(purchase_order__icontains=text))


class Invoice(models.Model):
    """What an account owes. Lines and sums can change while it is a draft; once issued they stand.

    The amounts are kept by invoices.actions; how they are rounded, invoices.totals says.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        OPEN = "open", _("Open")
        PAID = "paid", _("Paid")
        VOID = "void", _("Void")

    class State(models.TextChoices):
        """The status as a reader sees it, on the day they look."""

        DRAFT = "draft", _("Draft")
        OPEN = "open", _("Open")
        PARTLY_PAID = "partly_paid", _("Partly paid")
        OVERDUE = "overdue", _("Overdue")
        PAID = "paid", _("Paid")
        VOID = "void", _("Void")

    record_type = RecordType(
        "invoice",
        _("Invoices"),
        account="account",
        through=_("Lines, payments, and the PDF follow their invoice."),
    )

    # null: a draft has no number yet, and many drafts have none
    number = models.CharField(
        _("number"), max_length=30, unique=True, null=True, blank=True, validators=[validate_slug],
        help_text=_("If blank, the next number is assigned when the invoice is issued."),
    )  # fmt: skip
    account = models.ForeignKey(
        Account, verbose_name=_("account"), on_delete=models.PROTECT, related_name="invoices"
    )
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("billing contact"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="invoices",
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False
    )
    currency = models.CharField(
        _("currency"),
        max_length=3,
        default="EUR",
        validators=[validate_currency],
        help_text=_("Three-letter code (ISO 4217), for example EUR"),
    )
    issued_on = models.DateField(_("issued"), default=timezone.localdate)
    due_on = models.DateField(_("due"), default=_in_payment_days)
    purchase_order = models.CharField(
        _("purchase order"), max_length=60, blank=True, help_text=_("The customer's own number.")
    )
    notes = models.TextField(_("notes"), blank=True, help_text=_("For the customer. Printed on the invoice."))
    tax_note = models.CharField(
        _("tax note"),
        max_length=250,
        blank=True,
        help_text=_("Printed with the totals, for example: reverse charge."),
    )
    bill_to_name = models.CharField(_("name"), max_length=200, blank=True)
    bill_to_address = models.TextField(_("address"), blank=True)
    bill_to_vat = models.CharField(_("VAT number"), max_length=30, blank=True)
    net_total = models.DecimalField(_("net"), max_digits=14, decimal_places=2, default=ZERO, editable=False)
    tax_total = models.DecimalField(_("tax"), max_digits=14, decimal_places=2, default=ZERO, editable=False)
    total = models.DecimalField(_("total"), max_digits=14, decimal_places=2, default=ZERO, editable=False)
    amount_paid = models.DecimalField(
        _("paid"), max_digits=14, decimal_places=2, default=ZERO, editable=False
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["-issued_on", "-id"]
        indexes = [
            models.Index(
                fields=["account", "-issued_on", "-id"], name="invoices_invoice_account", include=["status"]
            ),
            models.Index(
                fields=["account", "status", "-issued_on", "-id"],
                name="invoices_invoice_status",
                include=["due_on"],
            ),
            models.Index(fields=["-issued_on", "-id"], name="invoices_invoice_newest"),
            models.Index(
                fields=["-issued_on", "-id"],
                name="invoices_invoice_newest_open",
                include=["due_on"],
                condition=models.Q(status="open"),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(total=models.F("net_total") + models.F("tax_total")),
                name="invoices_invoice_total_is_net_and_tax",
            ),
            models.CheckConstraint(
                condition=models.Q(due_on__gte=models.F("issued_on")),
                name="invoices_invoice_due_after_issue",
                violation_error_message=_("The due date cannot be before the issue date."),
            ),
            models.CheckConstraint(
                condition=models.Q(status="draft", amount_paid=0)
                | models.Q(amount_paid__gte=0, amount_paid__lte=models.F("total")),
                name="invoices_invoice_paid_within_total",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="paid") | models.Q(amount_paid=models.F("total")),
                name="invoices_invoice_paid_in_full",
            ),
            models.CheckConstraint(
                condition=models.Q(status="draft") | models.Q(number__isnull=False),
                name="invoices_invoice_issued_with_number",
            ),
            models.CheckConstraint(
                condition=models.Q(currency__regex=r"^[A-Z]{3}$"),
                name="invoices_invoice_currency_is_iso_code",
            ),
            models.CheckConstraint(
                condition=models.Q(number__regex=r"^[-a-zA-Z0-9_]+$"),
                name="invoices_invoice_number_fits_address",
            ),
            models.CheckConstraint(
                condition=~models.Q(number__in=["views", "export"]),
                name="invoices_invoice_number_is_no_other_address",
                violation_error_message=_("This number is reserved."),
            ),
        ]

    def __str__(self) -> str:
        return self.number or str(_("Draft"))

    def get_absolute_url(self) -> str:
        return reverse("invoices:detail", args=[self.number]) if self.number else ""

    def clean(self) -> None:
        super().clean()
        self.number = self.number or None
        self.currency = self.currency.upper()
        if self.contact and self.contact.account_id != self.account_id:
            raise ValidationError({"contact": _("This contact belongs to another account.")})

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN

    @property
    def can_be_voided(self) -> bool:
        """Money that came in must be given back first; that is not for this system to do."""
        return self.is_open and not self.amount_paid

    @property
    def balance(self) -> Decimal:
        """What is left to pay."""
        return self.total - self.amount_paid if self.is_open else ZERO

    @property
    def state(self) -> State:
        if not self.is_open:
            return self.State(self.status)
        if self.due_on < timezone.localdate():
            return self.State.OVERDUE
        return self.State.PARTLY_PAID if self.amount_paid else self.State.OPEN

    @property
    def taxes(self) -> list[Tax]:
        return taxes_of(self.lines.all(), self.currency)

    def computed_totals(self) -> Totals:
        return totals_of(self.lines.all(), self.currency)

    def bill_to_account(self) -> None:
        """Copy name, address and VAT number from the account, where nothing else was written."""
        self.bill_to_name = self.bill_to_name or self.account.name
        self.bill_to_address = self.bill_to_address or "\n".join(self.account.address_lines)
        self.bill_to_vat = self.bill_to_vat or self.account.vat_number


class InvoiceLine(models.Model):
    invoice = models.ForeignKey(
        Invoice, verbose_name=_("invoice"), on_delete=models.CASCADE, related_name="lines"
    )
    position = models.PositiveSmallIntegerField(_("position"))
    sku = models.CharField(_("article number"), max_length=60, blank=True)
    description = models.CharField(_("description"), max_length=500)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3, default=Decimal(1))
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    unit_price = models.DecimalField(
        _("unit price"),
        max_digits=14,
        decimal_places=4,
        help_text=_("Excluding tax. Use a negative amount for a discount."),
    )
    tax_rate = models.DecimalField(_("tax, %"), max_digits=5, decimal_places=2, default=ZERO)
    net = models.DecimalField(_("net"), max_digits=14, decimal_places=2, default=ZERO, editable=False)

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["invoice", "position"],
                name="invoices_invoiceline_position_once",
                violation_error_message=_("Two lines have the same position."),
            ),
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0),
                name="invoices_invoiceline_quantity_is_positive",
                violation_error_message=_("The quantity must be greater than zero."),
            ),
            models.CheckConstraint(
                condition=models.Q(tax_rate__gte=0, tax_rate__lte=100),
                name="invoices_invoiceline_tax_rate_is_percentage",
                violation_error_message=_("The tax rate must be between 0 and 100 percent."),
            ),
        ]

    def __str__(self) -> str:
        return self.description

    def clean(self) -> None:
        super().clean()
        if (
            self.quantity is not None
            and self.unit_price is not None
            and abs(self.quantity * self.unit_price) > LINE_LIMIT
        ):
            raise ValidationError(_("The amount of this line is too large."))

    def compute_net(self, currency: str) -> None:
        self.net = line_net(self.quantity, self.unit_price, currency)


class Payment(models.Model):
    """Money that came in for an invoice. A ledger: rows are added by record_payment and never changed."""

    class Method(models.TextChoices):
        BANK_TRANSFER = "bank_transfer", _("Bank transfer")
        CARD = "card", _("Card")
        DIRECT_DEBIT = "direct_debit", _("Direct debit")
        CHECK = "check", _("Check")
        OTHER = "other", _("Other")

    invoice = models.ForeignKey(
        Invoice, verbose_name=_("invoice"), on_delete=models.PROTECT, related_name="payments"
    )
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    received_on = models.DateField(_("received"), default=timezone.localdate)
    method = models.CharField(_("method"), max_length=20, choices=Method, default=Method.BANK_TRANSFER)
    reference = models.CharField(
        _("reference"), max_length=100, blank=True, help_text=_("As shown on the bank statement.")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    submission = models.UUIDField(default=uuid.uuid4, editable=False)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["received_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gt=0), name="invoices_payment_amount_is_positive",
                violation_error_message=_("The amount must be greater than zero."),
            ),
            models.UniqueConstraint(fields=["invoice", "submission"], name="invoices_payment_sent_once"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.invoice}: {self.amount}"
