"""The form with which agents move a case: what it offers, and what becomes of what was chosen."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from cases.actions import assign_case, change_priority, change_status, move_to_queue, reclassify
from cases.actions.renaming import rename_case
from cases.actions.status import locked_case
from cases.actions.triage import change_entitlement
from cases.models import Case, CaseStatus, Entitlement, agents

RELATED_LINKS = ("can_add_related", "can_change_related", "can_delete_related", "can_view_related")
"""Of a choice in the administration; an agent chooses, and changes no queue or product in passing."""


class AgentSelect(AutocompleteSelect):
    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        """What is no key of a row cannot be looked up to be shown as chosen; that it is none, the field
        says."""
        return super().optgroups(
            name, [key for key in value if key.isascii() and key.isdigit() and len(key) < 19], attr
        )


class CaseForm(forms.ModelForm[Case]):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Only what the case can become is offered; what a stale page sends all the same is told by
        clean_status."""
        super().__init__(*args, **kwargs)
        if "status" in self.fields:
            field: Any = self.fields["status"]
            reachable = CaseStatus.objects.reachable_from(self.instance.category)
            field.choices = [
                (status.pk, status.label) for status in dict.fromkeys([*reachable, self.instance.status])
            ]
        if "assigned_to" in self.fields:
            staff: Any = self.fields["assigned_to"]
            able = agents().values("pk")
            staff.queryset = User.objects.filter(Q(pk__in=able) | Q(pk=self.instance.assigned_to_id))
        if "entitlement" in self.fields:
            drawn: Any = self.fields["entitlement"]
            valid = Entitlement.objects.valid_for(self.instance.account_id, self.instance.created_at).values(
                "pk"
            )
            drawn.queryset = Entitlement.objects.filter(Q(pk__in=valid) | Q(pk=self.instance.entitlement_id))

    @cached_property
    def changed_data(self) -> list[str]:
        """What the reader changed, and the row does not say already: a colleague may have done the same."""
        return [
            name
            for name in super().changed_data
            if self.fields[name].has_changed(self.initial.get(name), self[name].data)
        ]

    def clean_status(self) -> CaseStatus:
        """Asked of the row as it is now, and locked until it is saved: a colleague may have moved the case
        meanwhile."""
        status: CaseStatus = self.cleaned_data["status"]
        if "status" in self.changed_data:
            case = locked_case(self.instance)
            if not case.may_move_to(status):
                raise ValidationError(
                    _("A case that is %(now)s cannot become %(then)s.") % {"now": case.status, "then": status}
                )
        return status


def dressed(field: Any, name: str) -> Any:
    """The form remembers what it showed, so that a stale page saves only what its reader changed."""
    field.show_hidden_initial = True
    if name == "assigned_to":
        field.label_from_instance = User.get_full_name
    for link in RELATED_LINKS:
        setattr(field.widget, link, False)
    return field


def save_changes(*, actor: Actor, case: Case, form: CaseForm) -> None:
    """Each change goes through its action, so that it is logged, clocks follow and the customer is told."""
    data, changed = form.cleaned_data, set(form.changed_data)
    _describe(actor, case, data, changed)
    if "entitlement" in changed:
        change_entitlement(actor=actor, case=case, entitlement=data["entitlement"])
    if "priority" in changed:
        change_priority(actor=actor, case=case, priority=data["priority"])
    if "queue" in changed:
        move_to_queue(actor=actor, case=case, queue=data["queue"])
    if "assigned_to" in changed:
        assign_case(actor=actor, case=case, to=data["assigned_to"])
    if "status" in changed:
        change_status(actor=actor, case=case, status=data["status"])


def _describe(actor: Actor, case: Case, data: dict[str, Any], changed: set[str]) -> None:
    if "subject" in changed:
        rename_case(actor=actor, case=case, subject=data["subject"])
    if changed & {"request_type", "product"}:
        reclassify(actor=actor, case=case, request_type=data["request_type"], product=data["product"])
