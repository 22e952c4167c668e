"""The order of menus."""

from django.db import transaction

from portal.actions.pages import lock_tree
from portal.models import WebLink

STEP = 10


@transaction.atomic
def save_link(*, link: WebLink) -> None:
    """Entries below another stay in its menu."""
    link.save()
    link.children.exclude(menu=link.menu).update(menu=link.menu)


@transaction.atomic
def move_link(*, link: WebLink, by: int) -> None:
    """One place up (-1) or down (1) among the entries beside it, which are numbered anew."""
    lock_tree()
    beside = list(WebLink.objects.filter(menu=link.menu, parent=link.parent_id))
    place = next(number for number, other in enumerate(beside) if other.pk == link.pk)
    beside.insert(max(place + by, 0), beside.pop(place))
    for number, other in enumerate(beside, start=1):
        other.position = number * STEP
    WebLink.objects.bulk_update(beside, ["position"])
