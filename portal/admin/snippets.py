from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from lib import markdown
from lib.admin_places import Place
from portal.actions.snippets import write_texts
from portal.models import Page, SnippetText
from portal.models.snippets import validate_name
from portal.site.http import SiteRequest
from portal.texts import snippets
from portal.texts.declared import declared, groups
from records.texts import Snippet, Words

LONGEST = 5000


@dataclass(frozen=True)
class SnippetRow:
    """One text in the list of all."""

    snippet: Snippet
    texts: dict[str, str]
    """What administrators wrote, by the name of the language."""

    def holds(self, words: str) -> bool:
        mine = (self.snippet.name, self.snippet.where, self.snippet.default, *self.texts.values())
        return all(any(word in str(text).lower() for text in mine) for word in words.lower().split())


class SearchForm(forms.Form):
    q = forms.CharField(
        required=False, max_length=200, label=gettext_lazy("Search"), widget=forms.SearchInput
    )


class NameForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60, validators=[validate_name])


class TextsForm(forms.Form):
    """A field for all languages, and one for each language if the portal offers several. An empty one shows
    what holds instead."""

    def __init__(self, *args: Any, default: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for_all = self.initial.get(field_of(""), default)
        for language, label in languages():
            rows = forms.Textarea(
                attrs={"rows": 5, "class": "vLargeTextField", "placeholder": for_all if language else default}
            )
            self.fields[field_of(language)] = forms.CharField(
                label=str(label), required=False, max_length=LONGEST, widget=rows
            )

    def texts(self) -> dict[str, str]:
        return {language: self.cleaned_data[field_of(language)] for language, _label in languages()}


def languages() -> list[tuple[str, Words]]:
    several = settings.LANGUAGES if len(settings.LANGUAGES) > 1 else []
    return [("", gettext_lazy("All languages") if several else gettext_lazy("Text")), *several]


def field_of(language: str) -> str:
    return f"text_{language}"


@admin.register(SnippetText)
class SnippetTextAdmin(admin.ModelAdmin[SnippetText]):
    """The list shows every text of the portal, changed or not, and those that administrators added; each has
    one page."""

    place = Place("content", 10, gettext_lazy("Wording"), "translate")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("", view(self.changelist_view), name="portal_snippettext_changelist"),
            path("add/", view(self.add_view), name="portal_snippettext_add"),
            path("<slug:name>/", view(self.text_view), name="portal_snippettext_change"),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = SearchForm(request.GET)
        words = form.cleaned_data["q"] if form.is_valid() else ""
        found = ((group, [row for row in rows if row.holds(words)]) for group, rows in _all_rows())
        context = {"form": form, "groups": [(group, rows) for group, rows in found if rows], "words": words}
        return self._render(
            request, "list", title=_("Texts"), may_add=self.has_add_permission(request), **context
        )

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """A text of the administrators' own begins with its name."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = NameForm(request.POST or None)
        if form.is_valid():
            return redirect("admin:portal_snippettext_change", form.cleaned_data["name"])
        return self._render(request, "add", title=_("Add a text"), form=form)

    def text_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """All languages of one text: preview, save, and back to the default."""
        snippet = _snippet(name)
        if not self.has_view_permission(request):
            raise PermissionDenied
        default = snippets.default(name, None) if name in declared() else ""
        form = TextsForm(request.POST or None, initial=_written(name), default=default)
        if request.method == "POST":
            if not self._may_write(request, name):
                raise PermissionDenied
            if "reset" in request.POST:
                return self._store(request, name, {**dict.fromkeys(_languages_of(name), ""), "": ""})
            if form.is_valid() and "preview" not in request.POST:
                return self._store(request, name, form.texts())
        context = {
            "form": form,
            "snippet": snippet,
            "default": default,
            "is_declared": name in declared(),
            "previews": list(_previews(name, form)),
            "may_write": self._may_write(request, name),
            "is_changed": bool(_languages_of(name)),
            "pages": _pages_that_call(name),
        }
        return self._render(request, "text", title=str(snippet.where), **context)

    def _may_write(self, request: HttpRequest, name: str) -> bool:
        is_known = name in declared() or bool(_languages_of(name))
        return self.has_change_permission(request) if is_known else self.has_add_permission(request)

    def _store(self, request: HttpRequest, name: str, texts: dict[str, str]) -> HttpResponse:
        write_texts(actor=Actor.staff(cast("SiteRequest", request)), name=name, texts=texts)
        messages.success(request, _("The text has been saved and takes effect immediately."))
        return redirect("admin:portal_snippettext_changelist")

    def _render(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, f"admin/portal/snippettext/{template}.html", shared | context)


def _all_rows() -> Iterator[tuple[Words, list[SnippetRow]]]:
    names = dict(languages())
    written: dict[str, dict[str, str]] = {}
    for one in SnippetText.objects.all():
        written.setdefault(one.name, {})[str(names.get(one.language, one.language))] = one.text
    for heading, group in groups():
        yield heading, [SnippetRow(snippet, written.get(snippet.name, {})) for snippet in group]
    yield (
        _("Added for pages"),
        [SnippetRow(_snippet(name), texts) for name, texts in written.items() if name not in declared()],
    )


def _snippet(name: str) -> Snippet:
    try:
        validate_name(name)
    except forms.ValidationError as error:
        raise Http404 from error
    return declared().get(name) or Snippet(name, _("In pages that contain [[%(name)s]]") % {"name": name}, "")


def _written(name: str) -> dict[str, str]:
    return {field_of(one.language): one.text for one in SnippetText.objects.filter(name=name)}


def _languages_of(name: str) -> list[str]:
    return list(SnippetText.objects.filter(name=name).values_list("language", flat=True))


def _pages_that_call(name: str) -> list[Page]:
    call = f"[[{name}]]"
    return list(Page.objects.filter(Q(body__contains=call) | Q(translations__body__contains=call)).distinct())


def _previews(name: str, form: TextsForm) -> Iterator[tuple[Words, SafeString]]:
    """How the typed texts look; what is not valid has none."""
    if form.is_bound and form.is_valid():
        for language, text in form.texts().items():
            if text.strip():
                yield dict(languages())[language], markdown.cleaned(snippets.html_of(name, text))
