"""Text blocks on its pages that administrators may change."""

from django.utils.translation import gettext_lazy as _

from records.texts import Snippet

TEXTS = (
    Snippet(
        "articles-empty",
        _("No article is published"),
        _("Guides and answers will appear here as they are published."),
    ),
    Snippet(
        "category-empty",
        _("A category without articles"),
        _("Articles in this category will appear here as they are published."),
    ),
    Snippet(
        "articles-nothing-found",
        _("No article matches, for people who may open a case"),
        _("Try fewer or different words, or contact us and we will help you."),
    ),
    Snippet(
        "articles-nothing-found-short",
        _("No article matches, for everyone else"),
        _("Try fewer or different words."),
    ),
)
