"""Tables of one row: what is set up once for the whole portal."""

from typing import TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


class OneRowQuerySet(models.QuerySet[M]):
    def the_one(self) -> M:
        """To read. Until the row is stored, it is as it is by default: showing a page writes nothing."""
        return self.filter(pk=1).first() or self.model(pk=1)

    def stored(self) -> M:
        """To change, to lock or to refer to."""
        return self.get_or_create(pk=1)[0]
