"""What the database itself refuses."""

import pytest
from django.db import IntegrityError

from forums.models import Post
from tests.forums.factories import make_forum, make_topic


@pytest.fixture
def topic(alice):
    return make_topic(make_forum(), alice)


@pytest.mark.parametrize(
    ("authors", "constraint"),
    [((), "forums_post_has_one_author"), (("author_contact", "author_user"), "forums_post_has_one_author")],
)
def test_a_post_has_one_author(topic, alice, ada, authors, constraint):
    people = {"author_contact": alice, "author_user": ada}
    with pytest.raises(IntegrityError, match=constraint):
        Post.objects.create(topic=topic, body="Hello", **{name: people[name] for name in authors})


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"is_opening": True}, "forums_post_one_opening_a_topic"),
        ({"is_answer": True}, "forums_post_one_answer_a_topic"),
        ({"is_opening": True, "is_answer": True}, "forums_post_opening_is_no_answer"),
    ],
)
def test_a_topic_has_one_opening_and_one_answer(topic, alice, fields, constraint):
    Post.objects.create(topic=topic, author_contact=alice, body="The answer", is_answer=True)
    with pytest.raises(IntegrityError, match=constraint):
        Post.objects.create(topic=topic, author_contact=alice, body="Another", **fields)
