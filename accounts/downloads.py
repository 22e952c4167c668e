"""The one way in which a view gives a file out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, cast

from django.db import models
from django.http import HttpRequest

from accounts.actions.downloads import record_download, record_load
from accounts.actors import Actor
from accounts.http import PortalRequest


@contextmanager
def handing_out(
    request: HttpRequest, *, actor: Actor, verb: str, record: models.Model | None, **details: Any
) -> Iterator[None]:
    """Around the making of a response that sends a file: once it is made, and before its first byte is sent,
    a line tells of it.

    There is none where nothing is sent: the view refuses or finds nothing, or HEAD asks for headers alone.
    ``record`` and ``details`` are those of record_download.
    """
    yield
    _note(request, record_download, actor, verb=verb, record=record, **details)


@contextmanager
def showing(
    request: HttpRequest, *, actor: Actor, verb: str, record: models.Model, **details: Any
) -> Iterator[None]:
    """The same for a picture that a page loads by itself: see record_load."""
    yield
    _note(request, record_load, actor, verb=verb, record=record, **details)


def _note(request: HttpRequest, record_it: Any, actor: Actor, **line: Any) -> None:
    """In a preview it is the member of staff who takes the file, and the line waits until the page has been
    made: until then the database takes no writes."""
    preview = cast("PortalRequest", request).preview
    if request.method == "HEAD":
        return
    if preview:
        preview.to_be_recorded.append(partial(record_it, actor=replace(actor, contact=None), **line))
    else:
        record_it(actor=actor, **line)
