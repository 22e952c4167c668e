"""Expressions of PostgreSQL that Django has no name for."""

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models


class OneOf(models.Func):
    """``value = ANY (array)``. PostgreSQL looks a few rows up by it, where ``IN (SELECT …)`` beside an OR has
    it walk through all."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY ("
    output_field = models.BooleanField()


def put_together(parts: Iterable[models.QuerySet[Any]]) -> Any:
    """The rows of the parts, short pieces of one table, each of which comes from an index of its own.

    They are fetched by their keys alone: to ask for the conditions of the parts again would have PostgreSQL
    walk through an index of all of them.
    """
    pieces = list(parts)
    found = [models.Q(OneOf(models.F("pk"), ArraySubquery(piece.values("pk")))) for piece in pieces]
    return pieces[0].model._default_manager.filter(reduce(or_, found))
