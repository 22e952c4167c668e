"""Redis refuses, or never answers: people sign in all the same, and limits hold. The servers are real."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection

from lib import cache_redis
from lib.outages import Rest
from portal import settings as project
from tests.accounts.test_sign_in import attempt
from tests.factories import PASSWORD
from tests.unwell import UNWELL, Unwell


@pytest.fixture(params=UNWELL)
def unwell(request) -> Iterator[Unwell]:
    with UNWELL[request.param]() as server:
        yield server


@pytest.fixture(autouse=True)
def well_rested(monkeypatch):
    """What one test found out about a server is not known to the next."""
    monkeypatch.setattr(cache_redis.REDIS, "_until", None)


@pytest.fixture
def alice(alice):
    alice.user.set_password(PASSWORD)
    alice.user.save()
    return alice


def errors_in(caplog, logger=""):
    errors = [record for record in caplog.records if record.levelname == "ERROR"]
    return [record for record in errors if record.name.startswith(logger)]


@pytest.fixture
def no_redis(settings, unwell):
    settings.CACHES = {
        "default": project.CACHE_REDIS | {"LOCATION": f"redis://127.0.0.1:{unwell.port}/0"},
        "table": project.CACHE_TABLE,
    }
    return unwell


def test_without_redis_alice_signs_in_and_waits_for_it_once(no_redis, alice, visitor, caplog):
    """A second at most: it is how long one question waits, and no other is asked."""
    assert attempt(visitor, alice.email).url == "/"
    assert "Hello Alice" in visitor.get("/").text
    assert no_redis.times_asked() <= 1
    assert cache_redis.SECONDS == 1
    (line,) = errors_in(caplog, "lib")
    assert line.getMessage().startswith("Redis does not answer")


def test_without_redis_the_limits_are_counted_in_the_table(no_redis, settings, alice, visitor):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "reset_password": "2/m/key"}
    url, data = "/accounts/password/reset/", {"email": alice.email}
    answers = [visitor.post(url, data).status_code for _ in range(3)]
    assert answers == [302, 302, 429]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM portal_cache")
        assert cursor.fetchone()[0] > 0


def test_every_question_to_the_cache_is_answered_without_redis(no_redis, db):
    assert cache.get("colour", "none") == "none"
    assert cache.add("colour", "teal")
    assert not cache.add("colour", "red")
    cache.set_many({"size": 1, "weight": 2}, 60)
    assert cache.incr("size") == 2
    assert cache.get_many(["size", "weight"]) == {"size": 2, "weight": 2}
    assert "colour" in cache
    assert cache.touch("size", 60)
    cache.delete_many(["size", "weight"])
    assert cache.delete("colour")
    assert cache.get_many(["colour", "size", "weight"]) == {}
    cache.clear()


@pytest.mark.parametrize("seconds", [10, 0])
def test_a_service_that_was_away_is_asked_again_after_its_rest_and_the_log_has_two_lines(caplog, seconds):
    rest = Rest("Redis", seconds)
    assert not rest.is_on()
    rest.begin(OSError("refused"))
    rest.begin(OSError("refused"))
    assert rest.is_on() is (seconds > 0)
    rest.end()
    rest.end()
    assert not rest.is_on()
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
