"""How staff choose whom a contact is merged into, and what the one who stays looks like."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions.merge import FIELDS, both_sign_in
from accounts.models import Contact


class MergeSearchForm(forms.Form):
    q = forms.CharField(label=gettext_lazy("Name or email address"), max_length=200, required=False)
    into = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)


class MergeForm(forms.Form):
    """One choice for each value in which the two contacts differ; the kept contact's is the first."""

    def __init__(self, *args: Any, merged: Contact, kept: Contact, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in FIELDS:
            values = [getattr(kept, name), getattr(merged, name)]
            if values[0] != values[1]:
                label = str(Contact._meta.get_field(name).verbose_name).capitalize()  # type: ignore[union-attr]
                self.fields[name] = _choice(label, ("kept", values[0] or "—"), ("merged", values[1] or "—"))
        self._offer_roles(merged, kept)
        if both_sign_in(merged, kept):
            choices = (("kept", str(kept.user)), ("merged", str(merged.user)))
            self.fields["sign_in"] = _choice(_("Sign-in to keep"), *choices, is_open=True)

    def _offer_roles(self, merged: Contact, kept: Contact) -> None:
        ours, theirs = (sorted(role.name for role in contact.roles.all()) for contact in (kept, merged))
        if ours != theirs:
            both = ("both", _("All from both"))
            self.fields["roles"] = _choice(
                _("Web roles"), ("kept", ", ".join(ours) or "—"), ("merged", ", ".join(theirs) or "—"), both
            )

    @property
    def decision(self) -> dict[str, Any]:
        """The arguments of merge_contacts."""
        chosen = self.cleaned_data
        fields = [name for name in FIELDS if chosen.get(name) == "merged"]
        return {"fields": fields, "roles": chosen.get("roles", "kept"), "sign_in": chosen.get("sign_in")}


def _choice(label: str, *choices: tuple[str, str], is_open: bool = False) -> forms.ChoiceField:
    """With a preselected first choice, unless it has to be made knowingly."""
    return forms.ChoiceField(
        label=label, choices=choices, widget=forms.RadioSelect, initial=None if is_open else choices[0][0]
    )
