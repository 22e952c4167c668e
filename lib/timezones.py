import zoneinfo
from functools import cache
from itertools import groupby

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

REGIONS = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)
"""The first part of the names that are places; the others are old or technical names of the same zones."""

Choice = tuple[str, str]


def validate_time_zone(name: str) -> None:
    if name not in _names():
        raise ValidationError(
            _("%(name)s is not a known time zone.") % {"name": name}, code="unknown_time_zone"
        )


@cache
def time_zones_by_region() -> list[tuple[str, list[Choice]]]:
    """Choices for a select: region → names of zones with the places they are called after."""
    places = sorted(name for name in _names() if name.partition("/")[0] in REGIONS)
    by_region = groupby(places, key=lambda name: name.partition("/")[0])
    return [(region, [(name, _place(name)) for name in names]) for region, names in by_region]


@cache
def _names() -> frozenset[str]:
    """Reading them takes several hundred files."""
    return frozenset(zoneinfo.available_timezones())


def _place(name: str) -> str:
    return name.partition("/")[2].replace("_", " ")
