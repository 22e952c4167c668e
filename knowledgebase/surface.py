"""What the shell knows of articles."""

from collections.abc import Iterator

from accounts.actors import SYSTEM
from accounts.models import Account, Contact
from knowledgebase.actions import publish_article, write_article
from knowledgebase.models import Article, ArticleFeedback, ArticleQuerySet, Category
from knowledgebase.texts import TEXTS
from records.personal_data import Row, rows_of
from records.surfaces import BuiltinPage, Line, Search, Surface, declare


def line(article: Article, reader: Contact | None) -> Line:
    found = article.snippet if "marked_html" in article.__dict__ else ""
    return Line(title=article.title, url=article.get_absolute_url(), html=found, at=article.updated_at)


def for_lines(rows: ArticleQuerySet) -> ArticleQuerySet:
    return rows.only("title", "slug", "updated_at")


def find(rows: ArticleQuerySet, words: str) -> ArticleQuerySet:
    return rows.search(words)


def suggest(rows: ArticleQuerySet, words: str, contact: Contact | None) -> ArticleQuerySet:
    return rows.search(words)


def own_feedback(contact: Contact) -> Iterator[Row]:
    feedback = ArticleFeedback.objects.filter(
        contact=contact, article__in=Article.objects.visible_to(contact)
    )
    return rows_of(feedback, "article__title", "is_helpful", "comment", "created_at")


def sample(account: Account | None, contact: Contact | None) -> Article:
    shelf = Category.objects.get_or_create(slug="samples", defaults={"name": "Samples"})[0]
    number = Article.objects.count() + 1
    article = Article(
        category=shelf, title="A dark display", slug=f"dark-display-{number}", body="Check the power supply."
    )
    write_article(actor=SYSTEM, article=article)
    publish_article(actor=SYSTEM, article=article)
    return article


ARTICLES = declare(
    Surface(
        model=Article,
        icon="file-earmark-text",
        namespace="knowledgebase",
        pages=(BuiltinPage("/knowledgebase/", "Knowledge base", menus=("primary", "footer")),),
        key="slug",
        line=line,
        for_lines=for_lines,
        follows=True,
        search=Search(find=find, suggest=suggest, place=10, most=10, most_suggested=5),
        personal={"article_feedback": own_feedback},
        sample=sample,
        texts=TEXTS,
        demo="knowledgebase.demo.load",
    )
)
