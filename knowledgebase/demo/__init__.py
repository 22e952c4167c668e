"""The demo's articles: a file of Markdown each, with what is to be known of it in front."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledgebase.actions import publish_article, write_article
from knowledgebase.models import Article, Category
from records.demo import DemoWorld, read

ARTICLES = Path(__file__).parent / "articles"


def load(world: DemoWorld) -> None:
    author, calendar = world.people.administrator, world.calendar
    for row in read(ARTICLES / "categories.toml")["category"]:
        position = row.pop("order")
        Category.objects.create(position=position, **row)
    for category, slug, front_matter, body in _articles():
        article = Article(
            category=Category.objects.get(slug=category), slug=slug, author=author.user, body=body,
            title=front_matter["title"], summary=front_matter["summary"], products=front_matter["products"],
        )  # fmt: skip
        with calendar.on(calendar.ago(front_matter["days_ago"])):
            write_article(actor=author, article=article)
            publish_article(actor=author, article=article)
        with calendar.on(calendar.ago(front_matter["updated_days_ago"])):
            write_article(actor=author, article=article)


def _articles() -> Iterator[tuple[str, str, dict[str, Any], str]]:
    """Category slug, article slug, front matter and Markdown of each article."""
    for path in sorted(ARTICLES.glob("*/*.md")):
        _, front_matter, body = path.read_text(encoding="utf-8").split("+++\n", 2)
        yield path.parent.name, path.stem, tomllib.loads(front_matter), body.strip()
