"""Counters in Redis, and in a table of the database while Redis does not answer."""

from collections.abc import Callable
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from redis import RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from lib.outages import Rest

SECONDS = 1
"""For connecting, and for each answer. A sign-in asks several times."""
REDIS = Rest("Redis")


def _either(name: str) -> Callable[..., Any]:
    """The method of this name, asked of Redis or of the table."""
    of_redis = getattr(RedisCache, name)

    def ask(self: "RedisOrTable", *args: Any, **options: Any) -> Any:
        if not REDIS.is_on():
            try:
                answer = of_redis(self, *args, **options)
            except RedisError as error:
                REDIS.begin(error)
            else:
                REDIS.end()
                return answer
        return getattr(caches[self.table], name)(*args, **options)

    return ask


class RedisOrTable(RedisCache):
    """While Redis is away the limits are counted anew, in the cache that the option ``table`` names."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = dict(params["OPTIONS"])
        self.table: str = options.pop("table")
        patience = {"socket_connect_timeout": SECONDS, "socket_timeout": SECONDS}
        super().__init__(server, params | {"OPTIONS": patience | {"retry": Retry(NoBackoff(), 0)} | options})

    add = _either("add")
    get = _either("get")
    set = _either("set")
    touch = _either("touch")
    delete = _either("delete")
    get_many = _either("get_many")
    has_key = _either("has_key")
    incr = _either("incr")
    set_many = _either("set_many")
    delete_many = _either("delete_many")
    clear = _either("clear")
