from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import WebRole
from accounts.models.roles import NOT_FOR_VISITORS, READ_ONLY
from accounts.permissions.matrix import Matrix, field_name, offered, words_of
from accounts.scoping import Grant, record_type_named

REACH = ("for_authenticated", "for_anonymous")
"""The flags by which people have a role without being given it."""


class WebRoleForm(forms.ModelForm[WebRole]):
    """A role with its record permissions: a check box for each thing that can be granted."""

    is_editable = True
    confirms_reach = forms.BooleanField(
        label=_("Yes, change who has this role"), required=False,
        help_text=_(
            "This is a built-in role. Select this to give it to visitors or to everyone, or to take it "
            "away from them."
        ),
    )  # fmt: skip

    class Meta:
        model = WebRole
        fields = ("name", "description", "delegable", *REACH)
        help_texts = {
            "for_authenticated": _("Assigned automatically. Every customer gets these permissions."),
            "for_anonymous": _(
                "Everything this role permits is public: anyone can read it without signing in."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = offered(for_visitors=self.instance.for_anonymous)
        held = self.instance.grants
        for grant in self.offered:
            box = forms.CheckboxInput(attrs={"aria-label": words_of(grant)})
            field = forms.BooleanField(
                label=words_of(grant), required=False, widget=box, initial=grant in held
            )
            field.disabled = not self.is_editable
            self.fields[field_name(*grant)] = field
        if not self.instance.is_builtin:
            del self.fields["confirms_reach"]

    @property
    def matrix(self) -> Matrix:
        return Matrix(self, self.offered)

    @property
    def public_now(self) -> list[str]:
        """What visitors read by this role today."""
        return (
            [words_of(grant) for grant in sorted(self.instance.grants)] if self.instance.for_anonymous else []
        )

    @property
    def grants(self) -> set[Grant]:
        """What is ticked."""
        return {grant for grant in self.offered if self.cleaned_data.get(field_name(*grant))}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("for_anonymous"):
            self._refuse_too_much_for_visitors()
        if (
            self.instance.is_builtin
            and any(name in self.changed_data for name in REACH)
            and not data.get("confirms_reach")
        ):
            self.add_error("confirms_reach", _("Select this to confirm."))
        return data

    def _refuse_too_much_for_visitors(self) -> None:
        possible = offered(for_visitors=True)
        for grant in self.grants:
            if grant not in possible:
                self.add_error(field_name(*grant), READ_ONLY if _is_nobodys(grant) else NOT_FOR_VISITORS)


def _is_nobodys(grant: Grant) -> bool:
    declared = record_type_named(grant.record_type)
    return declared is not None and not declared.belongs_to_somebody
