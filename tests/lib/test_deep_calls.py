"""What is called deep within a request asks the system for no memory with each call."""

import resource
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from lib.deep_calls import with_room
from portal.wsgi import application

DEEP, TIMES = 300, 50


def leaf(one: int, other: int) -> int:
    return one + other


def at_depth(depth: int) -> None:
    if depth:
        at_depth(depth - 1)
        return
    for number in range(TIMES):
        leaf(number, number)


def begin(depth: int) -> None:
    at_depth(depth)


def pages_asked_for(start: Callable[[int], None]) -> int:
    """By a loop of calls at the depth where it asks for most."""

    def asked(depth: int) -> int:
        before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
        start(depth)
        return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before

    return max(asked(depth) for depth in range(DEEP))


def test_a_loop_at_any_depth_has_room():
    with ThreadPoolExecutor(1) as threads:
        without = threads.submit(pages_asked_for, begin).result()
        room = threads.submit(pages_asked_for, with_room(begin)).result()
    assert without >= TIMES  # else Python has learned to keep the chunk, and with_room can go
    assert room < TIMES // 2


def test_every_request_begins_with_room():
    assert application.__code__.co_stacksize == begin.__code__.co_stacksize
