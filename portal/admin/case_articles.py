"""Where cases meet the knowledge base: articles to answer with, and articles made of answers. Features meet
in the shell."""

import secrets
import uuid
from collections.abc import Collection
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions import record_activity
from accounts.actors import Actor
from accounts.admin.base import actor_of, changeable
from accounts.models import Account, Contact, User
from cases.actions import add_internal_note
from cases.admin import CaseAdmin
from cases.admin.base import CaseModelAdmin
from cases.forms.agents import MessagesField
from cases.models import Case, CaseMessage
from knowledgebase.actions import write_article
from knowledgebase.models import Article, Category
from lib.admin_parts import AdminPage, AdminPart, show
from lib.locks import locked
from lib.redaction import Named, redact
from lib.submissions import SubmissionForm, sent_before

SUGGESTED = 5
MOST_NAMED = 10
"""Of what was taken out, so many different texts are shown."""


class ArticleFromCaseForm(SubmissionForm):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    category = forms.ModelChoiceField(label=gettext_lazy("Category"), queryset=Category.objects.all())
    messages = MessagesField(
        label=gettext_lazy("Question and answers"), queryset=CaseMessage.objects.none(),
        help_text=gettext_lazy(
            "Names, addresses, numbers, and private links are removed automatically. Review the draft "
            "anyway."
        ),
    )  # fmt: skip

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = CaseMessage.objects.filter(case=case, visibility=CaseMessage.Visibility.CUSTOMER)
        self.fields["messages"].queryset = rows.select_related("author_contact", "author_user")  # type: ignore[attr-defined]
        if not self.is_bound:
            written = list(rows.order_by("created_at", "pk").values_list("pk", "author_user"))
            self.initial["messages"] = [
                pk for number, (pk, staff) in enumerate(written) if number == 0 or staff
            ]
            self.initial["title"] = redact(case.subject, named_in(case)).text


@transaction.atomic
def draft_article(
    *,
    actor: Actor,
    case: Case,
    title: str,
    category: Category,
    messages: Collection[CaseMessage],
    submission: uuid.UUID | None = None,
) -> tuple[Article, str] | None:
    """Make a draft of what was asked and answered, without what is the customer's own; a note in the case
    leads to it.

    Returns the draft, and in words what was taken out. The same ``submission`` sent twice makes one draft:
    the second time None.
    """
    case = locked(case)
    if sent_before(CaseMessage.objects.filter(case=case), submission):
        return None
    named, taken = named_in(case), Taken()
    title = taken.out_of(title, named)[:200]
    products = [case.product.name] if case.product else []
    article = Article(
        title=title,
        slug=_free_slug(title),
        category=category,
        body=_text(messages, named, taken),
        products=products,
    )
    article.author = actor.user
    write_article(actor=actor, article=article)
    address = reverse("admin:knowledgebase_article_change", args=[article.pk])
    add_internal_note(
        actor=actor,
        case=case,
        body=_("Draft of an article: [%(title)s](%(url)s)") % {"title": title, "url": address},
        submission=submission,
    )
    record_activity(actor=actor, verb="case.article_drafted", record=case, is_internal=True)
    return article, taken.in_words()


class Taken:
    """Remembers what was taken out of several texts."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {}

    def out_of(self, text: str, named: Named) -> str:
        result = redact(text, named)
        for words, found in result.taken.items():
            self.found.setdefault(words, []).extend(found)
        return result.text

    def in_words(self) -> str:
        """How often each kind, with the texts themselves: each once, of many the first."""
        return ", ".join(
            f"{len(found)} × {words} ({_first_of(found)})" for words, found in self.found.items()
        ) or _("nothing")


def _first_of(found: list[str]) -> str:
    different = list(dict.fromkeys(" ".join(text.split()) for text in found))
    return ", ".join(different[:MOST_NAMED]) + (" …" if len(different) > MOST_NAMED else "")


def _text(messages: Collection[CaseMessage], named: Named, taken: Taken) -> str:
    chosen = sorted(messages, key=lambda message: (message.created_at, message.pk))
    questions = [taken.out_of(message.body, named) for message in chosen if not message.is_by_staff]
    answers = [taken.out_of(message.body, named) for message in chosen if message.is_by_staff]
    parts = [(_("Question"), questions), (_("Answer"), answers)]
    return "\n\n".join("\n\n".join([f"## {heading}", *texts]) for heading, texts in parts if texts)


def named_in(case: Case) -> Named:
    """Everybody who has to do with the case; the account's other contacts, and all staff; the account and its
    address."""
    written = CaseMessage.objects.filter(case=case).select_related("author_contact", "author_user")
    people = {case.contact.full_name, *(message.author_name for message in written)}
    people |= {participant.contact.full_name for participant in case.participants.select_related("contact")}
    people |= {case.assigned_to.get_full_name()} if case.assigned_to else set()
    if case.account is None:
        return Named(sorted(people), others=_staff_names())
    colleagues = (
        f"{first} {last}"
        for first, last in Contact.objects.filter(account=case.account).values_list("first_name", "last_name")
    )
    lines = (*case.account.address_lines, case.account.postal_code, case.account.city)
    return Named(
        sorted(people), [case.account.name], [*colleagues, *_staff_names()], lines, _domains_of(case.account)
    )


def _domains_of(account: Account) -> list[str]:
    """Which the account names, or which its contacts write from."""
    addresses = Contact.objects.filter(account=account).values_list("email", flat=True)
    return sorted({*account.email_domains, *(address.rpartition("@")[2] for address in addresses)} - {""})


def _staff_names() -> list[str]:
    return [
        f"{first} {last}"
        for first, last in User.objects.filter(is_staff=True).values_list("first_name", "last_name")
    ]


def _free_slug(title: str) -> str:
    slug = slugify(title)[:180].strip("-") or "article"
    is_taken = slug == "category" or Article.objects.filter(slug=slug).exists()
    return f"{slug}-{secrets.token_hex(3)}" if is_taken else slug


def beside(model_admin: CaseModelAdmin, request: HttpRequest, case: Case) -> dict[str, Any]:
    may_draft = request.user.has_perm("knowledgebase.add_article")
    article_url = reverse("admin:cases_case_article", args=[case.pk]) if may_draft else ""
    return {"article_url": article_url}


def later(model_admin: CaseModelAdmin, request: HttpRequest, case: Case) -> dict[str, Any]:
    return {"suggested_articles": _suggested(case)}


def article_view(model_admin: CaseModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    case: Case = changeable(model_admin, request, pk, posts=False)
    if not request.user.has_perm("knowledgebase.add_article"):
        raise PermissionDenied
    form = ArticleFromCaseForm(request.POST if request.method == "POST" else None, case=case)
    if form.is_valid():
        drafted = draft_article(actor=actor_of(request), case=case, **form.cleaned_data)
        return _drafted(request, case, drafted)
    about = {"title": _("Create article from this case"), "subtitle": str(case), "case": case}
    return show(model_admin, request, "admin/cases/case/article.html", **about, form=form)


def _drafted(request: HttpRequest, case: Case, drafted: tuple[Article, str] | None) -> HttpResponse:
    if drafted is None:
        return redirect("admin:desk_case", case.number)
    article, taken = drafted
    messages.success(
        request,
        _(
            "The draft has been created. Review it before you publish it: automatic removal does not "
            "find everything."
        ),
    )
    messages.info(request, _("Removed: %(taken)s. Replacements are in square brackets.") % {"taken": taken})
    return redirect("admin:knowledgebase_article_change", article.pk)


def _suggested(case: Case) -> list[dict[str, str]]:
    """Articles that the customer may read; staff read them in the administration."""
    reader = Contact.objects.with_rights().select_related("account").get(pk=case.contact_id)
    found = Article.objects.visible_to(reader).search(case.subject)[:SUGGESTED]
    page = "admin:knowledgebase_article_change"
    return [
        {"title": article.title, "url": reverse(page, args=[article.pk]), "markdown": _markdown_link(article)}
        for article in found
    ]


def _markdown_link(article: Article) -> str:
    title = article.title.replace("[", "(").replace("]", ")")
    return f"[{title}]({article.get_absolute_url()})"


ARTICLES = AdminPart(
    pages=(AdminPage("article", "<int:pk>/article/", article_view),), beside=beside, later=later
)

admin.site.unregister(Case)


@admin.register(Case)
class CaseAdminWithArticles(CaseAdmin):
    """The agents' desk with what the knowledge base adds to it."""

    parts = (*CaseAdmin.parts, ARTICLES)
