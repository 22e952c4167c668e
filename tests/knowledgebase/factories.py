"""Categories and articles for tests, written as editors write them: through the actions."""

from itertools import count
from typing import Any

from accounts.actors import SYSTEM
from accounts.models import WebRole
from knowledgebase.actions import publish_article, write_article
from knowledgebase.models import Article, Category

_number = count(1)


def make_category(name: str = "", *audience: WebRole, **fields: Any) -> Category:
    number = next(_number)
    category = Category.objects.create(
        **{"name": name or f"Category {number}", "slug": f"shelf-{number}", **fields}
    )
    category.audience.set(audience)
    return category


def make_draft(title: str = "", body: str = "Some text.", at: Any = None, **fields: Any) -> Article:
    number = next(_number)
    category = fields.pop("category", None) or make_category()
    article = Article(
        **{
            "title": title or f"Article {number}",
            "slug": f"article-{number}",
            "body": body,
            "category": category,
            **fields,
        }
    )
    return write_article(actor=SYSTEM, article=article, at=at)


def make_article(*args: Any, **fields: Any) -> Article:
    """A published article."""
    article = make_draft(*args, **fields)
    publish_article(actor=SYSTEM, article=article, at=fields.get("at"))
    return article
