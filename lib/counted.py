"""Counts that go no further than they are shown, so that they cost the same however many rows there are."""

from typing import Any

from django.db import models

MOST_COUNTED = 1_000


class Counted(models.Subquery):
    """How many rows a queryset has."""

    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field = models.IntegerField()


def counted(rows: models.QuerySet[Any]) -> Counted:
    """As a column; MOST_COUNTED stands for that many or more."""
    return Counted(rows.order_by().values("pk")[:MOST_COUNTED])


def in_figures(count: int) -> str:
    return str(count) if count < MOST_COUNTED else f"{MOST_COUNTED - 1}+"
