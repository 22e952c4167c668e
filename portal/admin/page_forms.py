"""The forms of a page in the administration: where it stands, what it says, and who may open it."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import WebRole
from lib.admin_pickers import Picker
from portal.actions.pages import TakenAddress, check_address
from portal.models import Page, PageAccessRule, PageTranslation, WebLink
from portal.models.pages import LONGEST_PATH


class PageChoiceField(forms.ModelChoiceField[Page]):
    """The tree of pages, each one further in than the page above it."""

    def label_from_instance(self, page: Any) -> str:
        return f"{indent(page)}{page}"


class RolesField(forms.ModelMultipleChoiceField[WebRole]):
    """Says of the roles that nobody needs to be given whom they let in."""

    def label_from_instance(self, role: Any) -> str:
        if role.for_anonymous:
            return _("%(role)s: visitors, anyone on the internet") % {"role": role}
        return (
            _("%(role)s: every contact who is signed in") % {"role": role}
            if role.for_authenticated
            else str(role)
        )


class PageForm(forms.ModelForm[Page]):
    parent = PageChoiceField(label=gettext_lazy("Parent page"), queryset=Page.objects.none())
    put_into_menu = forms.ChoiceField(
        label=gettext_lazy("Add to menu"),
        required=False,
        choices=[("", gettext_lazy("No")), *WebLink.Menu.choices],
        help_text=gettext_lazy("Added as the last entry. You can change order and labels under Menus."),
    )

    class Meta:
        model = Page
        fields = (
            "title",
            "parent",
            "slug",
            "body",
            "template",
            "is_draft",
            "published_from",
            "published_until",
            "hidden_from_menus",
            "position",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.is_builtin:  # it stays where the portal serves it
            del self.fields["parent"]
            return
        if "parent" not in self.fields:  # the editor may not move it
            return
        own = Page.objects.branch_of(self.instance).values_list("pk")
        self.fields["parent"].queryset = Page.objects.in_tree_order().exclude(pk__in=own)  # type: ignore[attr-defined]

    def clean_slug(self) -> str:
        typed: str = self.cleaned_data["slug"].strip("/ ").lower()
        slug: str = typed or slugify(self.cleaned_data.get("title", "")).replace("_", "-").strip("-")
        if not slug:
            raise forms.ValidationError(_("Enter an address. None can be created from this title."))
        return slug

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and "slug" in data:
            self._check_address(
                Page(pk=self.instance.pk, parent=data.get("parent", self.instance.parent), slug=data["slug"])
            )
        return data

    def _check_address(self, page: Page) -> None:
        page.place()
        try:
            check_address(page)
        except TakenAddress as error:
            self.add_error("slug", _why_not(str(error)))


def _why_not(path: str) -> str:
    if len(path) > LONGEST_PATH:
        return _("The address %(path)s would be too long. Choose a shorter one.") % {"path": path}
    if Page.objects.filter(path=path).exists():
        return _("There is already a page at %(path)s.") % {"path": path}
    return _("%(path)s is used by the portal itself. Choose another address.") % {"path": path}


class PageAccessRuleForm(forms.ModelForm[PageAccessRule]):
    roles = RolesField(label=gettext_lazy("Web roles"), queryset=WebRole.objects.all(), widget=Picker)

    class Meta:
        model = PageAccessRule
        fields = ("right", "roles", "reopens")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """A new rule has no right until one is chosen: one that was begun and has no roles is an error, not
        no rule at all."""
        super().__init__(*args, **kwargs)
        if self.instance._state.adding and "right" in self.fields:
            self.initial["right"] = ""
            self.fields["right"].choices = [("", "---------"), *PageAccessRule.Right.choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("reopens") and data.get("right") != PageAccessRule.Right.READ:
            self.add_error("reopens", _("Only a rule that restricts reading can reopen its branch."))
        return data


class PageTranslationForm(forms.ModelForm[PageTranslation]):
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = PageTranslation
        fields = ("language", "title", "body")


class PreviewForm(forms.Form):
    """What of the form on the screen makes the look of a page. What is wrong with it, saving tells."""

    title = forms.CharField(max_length=100)
    body = forms.CharField(required=False)
    template = forms.ChoiceField(choices=Page.Template.choices)


def indent(page: Page) -> str:
    return "\u2003" * page.depth
