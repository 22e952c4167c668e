"""The addresses that a record has because of what its surface declares."""

from typing import Any

from django.urls import URLPattern, path

from records.surfaces import Surface
from records.views.following import record_follow


def follow_urls(surface: Surface[Any], at: str = "<slug:number>/") -> list[URLPattern]:
    """Below the record's own address, in which ``number`` is the part that names it."""
    return [path(f"{at}follow/", record_follow, {"surface": surface}, name="follow")]
