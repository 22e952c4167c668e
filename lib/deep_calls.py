"""Room for the calls within calls that make a page.

CPython keeps the frames of a thread in chunks of 16 kB. It asks the system for another chunk when a call does
not fit, and gives it back when that call returns. A page is made some 150 calls deep, by middlewares and
templates within templates: where a loop stands at the edge of a chunk, each of its calls pays for a new one,
which was a quarter of what the list of cases cost. A function whose own frame is large gets a large chunk,
and whatever it calls has the rest of it. Memory that nobody touches costs nothing.
"""

from collections.abc import Callable
from types import FunctionType
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])
SLOTS = 33_000
"""Of eight bytes each: somewhat more than half of a chunk of 512 kB, of which the other half is the room."""


def with_room(function: F) -> F:
    """Decorates what a request, or a thread, begins with."""
    python = cast("FunctionType", function)
    python.__code__ = python.__code__.replace(co_stacksize=SLOTS)
    return function
