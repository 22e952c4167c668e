"""What has to be done in a case, step by step: lists that administrators keep, and what agents tick."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models.case import Case


class Checklist(models.Model):
    """A template: its steps are copied into a case, so that what was ticked stays true when it changes."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Inactive checklists are no longer added to cases.")
    )

    class Meta:
        verbose_name = _("checklist")
        verbose_name_plural = _("checklists")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ChecklistStep(models.Model):
    checklist = models.ForeignKey(Checklist, on_delete=models.CASCADE, related_name="steps")
    text = models.CharField(_("step"), max_length=200)
    position = models.PositiveSmallIntegerField(_("position"), default=10)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.text


class CaseStepQuerySet(models.QuerySet["CaseStep"]):
    def open(self) -> Self:
        return self.filter(ticked_at=None)


class CaseStep(models.Model):
    """A step of a checklist in one case, with the list's name and its words as they were then."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="steps")
    checklist = models.ForeignKey(Checklist, null=True, on_delete=models.SET_NULL, related_name="+")
    list_name = models.CharField(_("checklist"), max_length=80)
    text = models.CharField(_("step"), max_length=200)
    position = models.PositiveSmallIntegerField(_("position"))
    ticked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    ticked_at = models.DateTimeField(_("done"), null=True)

    objects = CaseStepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of a case")
        verbose_name_plural = _("steps of cases")
        ordering = ["list_name", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "list_name", "position"], name="cases_casestep_each_list_once"
            ),
            models.CheckConstraint(
                condition=models.Q(ticked_by=None, ticked_at=None)
                | models.Q(ticked_by__isnull=False, ticked_at__isnull=False),
                name="cases_casestep_is_ticked_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.text
