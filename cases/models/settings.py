from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models.catalogue import Priority
from lib.one_row import OneRowQuerySet


class CaseDesk(models.Model):
    """How cases are dealt with. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    priorities = ArrayField(
        models.CharField(max_length=10, choices=Priority),
        verbose_name=_("priorities that customers can choose"),
        default=list,
        blank=True,
        help_text=_("Unless an entitlement specifies otherwise. Leave blank for all."),
    )
    needs_entitlement = models.BooleanField(
        _("only accounts with an entitlement can open cases"), default=False
    )
    reopen_days = models.PositiveSmallIntegerField(
        _("customers may reopen within"),
        default=14,
        help_text=_("Days after resolution. After that, customers open a follow-up case."),
    )
    edit_minutes = models.PositiveSmallIntegerField(
        _("customers may edit a reply within"), default=5, help_text=_("minutes")
    )
    answering_takes = models.BooleanField(_("whoever answers an unassigned case takes it"), default=True)
    reminder_days = models.PositiveSmallIntegerField(
        _("remind customer after"), default=3, help_text=_("Days of waiting. 0 means never.")
    )
    closing_days = models.PositiveSmallIntegerField(
        _("resolve a waiting case after"), default=10, help_text=_("Days of waiting. 0 means never.")
    )
    escalations_to = models.ManyToManyField(
        User,
        verbose_name=_("send escalations to"),
        blank=True,
        related_name="+",
        limit_choices_to={"is_staff": True},
        help_text=_(
            "Notified of missed SLA targets and escalated cases whose queue has no lead, and of anything "
            "that would otherwise reach no one."
        ),
    )

    objects = OneRowQuerySet["CaseDesk"].as_manager()

    class Meta:
        verbose_name = _("case handling")
        verbose_name_plural = _("case handling")
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="cases_casedesk_is_one_row"),
            models.CheckConstraint(
                condition=models.Q(closing_days=0)
                | models.Q(reminder_days=0)
                | models.Q(closing_days__gt=models.F("reminder_days")),
                name="cases_casedesk_reminds_before_it_closes",
                violation_error_message=_("The reminder must come before the case is resolved."),
            ),
        ]

    def __str__(self) -> str:
        return str(_("Case handling"))
