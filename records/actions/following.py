"""Who gets a record's mails. Whom a record concerns gets them unasked, and may mute them; anybody else who
reads it may follow it. Neither gives a right: whoever may no longer see the record is told nothing."""

from typing import Any, cast

from django.db import models, transaction

from accounts.http import Configuration
from accounts.models import Contact
from accounts.offers import site_configuration
from records.actions.marks import named
from records.models.marks import Follow
from records.surfaces import surface_of


@transaction.atomic
def follow(*, contact: Contact, record: models.Model) -> None:
    """The contact wants the record's mails, again where they had muted them."""
    if contact.pk in surface_of(record).concerned(record):
        forget_follow(contact=contact, record=record)
    else:
        _say(contact, record, is_muted=False)


@transaction.atomic
def unfollow(*, contact: Contact, record: models.Model) -> None:
    """The contact wants none of the record's mails."""
    if contact.pk in surface_of(record).concerned(record):
        _say(contact, record, is_muted=True)
    else:
        forget_follow(contact=contact, record=record)


def forget_follow(*, contact: Contact, record: models.Model) -> None:
    """Whatever they said before, of a record that begins or ceases to concern them."""
    Follow.objects.filter(contact=contact, **named(record)).delete()


@transaction.atomic
def share_follows(*, record: models.Model, into: models.Model) -> None:
    """What contacts said of the one holds for the other, but for those whom that one concerns already, or who
    have spoken about it."""
    concerned = surface_of(into).concerned(into)
    rows = Follow.objects.filter(**named(record)).exclude(contact__in=concerned)
    Follow.objects.bulk_create(
        (
            Follow(contact_id=contact, is_muted=is_muted, **named(into))
            for contact, is_muted in rows.values_list("contact", "is_muted")
        ),
        ignore_conflicts=True,
    )


@transaction.atomic
def hand_over_follows(*, contact: Contact, heir: Contact, records: models.QuerySet[Any]) -> None:
    """The heir follows those of the records that the other followed, once."""
    about = {"record_type": records.model.record_type.name, "record_id__in": records.values("pk")}
    followed = Follow.objects.filter(contact=contact, **about)
    known = Follow.objects.filter(contact=heir, **about).values("record_id")
    followed.filter(is_muted=False).exclude(record_id__in=known).update(contact=heir)
    followed.delete()


def receivers(record: models.Model) -> list[Contact]:
    """Whom a mail about the record goes to."""
    said = dict(Follow.objects.filter(**named(record)).values_list("contact", "is_muted"))
    wanted = surface_of(record).concerned(record) | said.keys()
    pks = [pk for pk in wanted if not said.get(pk)]
    contacts = (
        Contact.objects.filter(pk__in=pks).with_rights().select_related("account", "user").order_by("pk")
    )
    site = site_configuration()
    return [contact for contact in contacts if _may_be_told(contact, record, site)]


def may_be_told(contact: Contact, record: models.Model) -> bool:
    """Mails hold what a record says: they are for those who can sign in and may see it, on a page that they
    may open."""
    return _may_be_told(contact, record, site_configuration())


def _may_be_told(contact: Contact, record: models.Model, site: Configuration) -> bool:
    visible = surface_of(record).visible_to(contact)
    is_open = contact.can_be_told and site.may_open(path_of(record), contact)
    return is_open and bool(visible.filter(pk=record.pk).exists())


def path_of(record: models.Model) -> str:
    return cast("str", cast("Any", record).get_absolute_url())


def has_muted(contact: Contact, record: models.Model) -> bool:
    return Follow.objects.filter(contact=contact, is_muted=True, **named(record)).exists()


def _say(contact: Contact, record: models.Model, *, is_muted: bool) -> None:
    Follow.objects.update_or_create(contact=contact, **named(record), defaults={"is_muted": is_muted})
