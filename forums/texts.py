"""Text blocks on its pages that administrators may change."""

from django.utils.translation import gettext_lazy as _

from records.texts import Snippet

TEXTS = (
    Snippet(
        "forums-intro",
        _("Above the forums"),
        _("Ask other people who use our products, and share what you know."),
    ),
    Snippet(
        "forums-empty",
        _("There is no forum"),
        _("Once we open a forum, customers and partners can help each other here."),
    ),
    Snippet(
        "forums-without-posts",
        _("No posts in any forum"),
        _("There are no posts yet. Open a forum and start the first topic."),
    ),
    Snippet(
        "forum-empty",
        _("A forum without topics"),
        _("Be the first to ask a question or share what worked for you."),
    ),
    Snippet(
        "forum-empty-staff-opens",
        _("A forum without topics, where only staff can open topics"),
        _("Our staff open the topics in this forum. You can reply to them."),
    ),
    Snippet(
        "forum-empty-own",
        _("My topics in a forum: none"),
        _("Topics you start appear under this tab."),
    ),
    Snippet(
        "forum-empty-unanswered",
        _("Unanswered topics in a forum: none"),
        _("Topics appear here until a reply is marked as the answer."),
    ),
)
