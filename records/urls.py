"""The addresses that a record has because of what its surface declares."""

from typing import Any

from django.urls import URLPattern, path

from records.surfaces import Surface
from records.views.conversation import preview, record_detail, record_reply, reply_draft, reply_edit
from records.views.following import record_follow


def follow_urls(surface: Surface[Any], at: str = "<slug:number>/") -> list[URLPattern]:
    """Below the record's own address, in which ``number`` is the part that names it."""
    return [path(f"{at}follow/", record_follow, {"surface": surface}, name="follow")]


def talk_urls(surface: Surface[Any], at: str = "<slug:number>/") -> list[URLPattern]:
    """The page of a record, and answering there. A feature's own words below its list come before them."""
    given = {"surface": surface}
    return [
        path("preview/", preview, name="preview"),
        path(at, record_detail, given, name="detail"),
        path(f"{at}reply/", record_reply, given, name="reply"),
        path(f"{at}reply/draft/", reply_draft, given, name="reply_draft"),
        path(f"{at}reply/<int:pk>/", reply_edit, given, name="reply_edit"),
    ]
