"""One person, two contacts: everything of the one goes to the other, which stays."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Greatest
from django.db.models.lookups import IsNull
from django.utils.translation import gettext as _

from accounts.actions.activity import record_activity
from accounts.actions.colleagues import known_contact
from accounts.actions.contacts import change_roles, deactivate_contact
from accounts.actions.invitations import revoke_invitation
from accounts.actions.sessions import end_sessions
from accounts.actors import Actor
from accounts.models import Account, Activity, Contact, Invitation, User
from accounts.models.contact import ContactQuerySet
from lib.locks import lock_keys, locked_rows

FIELDS = ("first_name", "last_name", "email", "phone", "job_title")
Side = Literal["kept", "merged", "both"]


@dataclass(frozen=True)
class Moving:
    """How many rows of one kind go over. Some stay behind: those of which the kept contact has its own
    already, such as both contacts' word on one article. They remain with the merged contact, so that nothing
    is lost."""

    label: str
    count: int
    staying: int


def why_not(merged: Contact, kept: Contact) -> str:
    """Why these two cannot be merged, or nothing."""
    if merged.pk == kept.pk:
        return _("Choose another contact.")
    if merged.account_id not in (None, kept.account_id):
        return _(
            "Contacts of different accounts cannot be merged: their records belong to different companies."
        )
    if not kept.is_active:
        return _("%(name)s is deactivated. Reactivate the contact first.") % {"name": kept.full_name}
    if merged.merged_into_id not in (None, kept.pk):
        return _("%(name)s was already merged into another contact.") % {"name": merged.full_name}
    return ""


def both_sign_in(merged: Contact, kept: Contact) -> bool:
    """With two sign-ins somebody has to say which one remains."""
    return merged.user_id is not None and kept.user_id is not None and merged.user_id != kept.user_id


def candidates(merged: Contact) -> ContactQuerySet:
    """Whom a contact may be merged into: colleagues; for an individual customer, anybody."""
    others = Contact.objects.active().exclude(pk=merged.pk).select_related("account", "user")
    return others.filter(account=merged.account_id) if merged.account_id else others


def what_moves(merged: Contact, kept: Contact) -> list[Moving]:
    found = []
    for reference in references():
        everything = _rows(reference, merged).count()
        if everything:
            going = _free_rows(reference, merged, kept).count()
            found.append(Moving(_label(reference), going, everything - going))
    return found


def _label(reference: models.ForeignKey[Any, Any]) -> str:
    if reference.model is Contact:
        return _("contacts that were merged earlier")
    return str(reference.model._meta.verbose_name_plural)


@transaction.atomic
def merge_contacts(
    *,
    actor: Actor,
    merged: Contact,
    kept: Contact,
    fields: Collection[str] = (),
    roles: Side = "kept",
    sign_in: Side | None = None,
) -> Contact:
    """Give ``kept`` everything that points at ``merged``, and deactivate that one.

    ``fields`` are those whose value is taken from the merged contact. ``sign_in`` says whose user remains
    where both have one. The log cannot be rewritten: its lines stay with the merged contact, and the page of
    the kept one shows both.
    """
    merged, kept = _locked(merged, kept)
    if refusal := why_not(merged, kept):
        raise ValidationError(refusal)
    _void_invitations(actor, merged, kept)
    _move_sign_in(actor, merged, kept, sign_in)
    _take_fields(merged, kept, fields)
    if roles != "kept":
        _take_roles(actor, merged, kept, roles)
    for reference in references():
        _take_latest(reference, merged, kept)
    moved = {
        reference.model._meta.label_lower: number
        for reference in references()
        if (number := _move(reference, merged, kept))
    }
    if merged.is_active:
        deactivate_contact(actor=actor, contact=merged)
    merged.merged_into = kept
    merged.save(update_fields=["merged_into"])
    record_activity(
        actor=actor,
        verb="contact.merged",
        record=kept,
        merged=merged.pk,
        name=merged.full_name,
        fields=[*fields],
        moved=moved,
    )
    return kept


def references() -> list[models.ForeignKey[Any, Any]]:
    """Every foreign key of any app that names a contact; but not the log, which is never changed, nor who
    holds which role."""
    relations = Contact._meta.get_fields(include_hidden=True)
    fields = [relation.field for relation in relations if isinstance(relation, models.ManyToOneRel)]
    return [field for field in fields if field.model not in (Activity, Contact.roles.through)]


def _rows(reference: models.ForeignKey[Any, Any], contact: Contact) -> models.QuerySet[Any]:
    return reference.model._base_manager.filter(**{reference.name: contact})


def _free_rows(
    reference: models.ForeignKey[Any, Any], merged: Contact, kept: Contact
) -> models.QuerySet[Any]:
    """The merged contact's rows that may become the kept one's without breaking a rule of uniqueness."""
    rows = _rows(reference, merged)
    for others, condition in _unique_with(reference):
        twins = _rows(reference, kept).filter(condition, *others)
        rows = rows.exclude(condition & models.Exists(twins))
    return rows


def _unique_with(reference: models.ForeignKey[Any, Any]) -> Iterator[tuple[list[models.Q], models.Q]]:
    """Of each rule that lets a contact appear once: that the other fields are the same, and the rule's
    condition."""
    options = reference.model._meta
    together: list[tuple[Any, models.Q, bool]] = [
        (names, models.Q(), False) for names in options.unique_together
    ]
    constraints = [one for one in options.constraints if isinstance(one, models.UniqueConstraint)]
    together += [
        (one.fields, one.condition or models.Q(), one.nulls_distinct is False) for one in constraints
    ]
    together += [((reference.name,), models.Q(), False)] if reference.unique else []
    for names, condition, empty_is_same in together:
        if reference.name in names:
            yield (
                [_same(name, empty_is_same=empty_is_same) for name in names if name != reference.name],
                condition,
            )


def _same(name: str, *, empty_is_same: bool) -> models.Q:
    """For a rule that counts two empty fields as the same, where SQL's ``=`` does not."""
    both_empty = models.Q(IsNull(models.OuterRef(name), rhs=True), **{f"{name}__isnull": True})
    is_equal = models.Q(**{name: models.OuterRef(name)})
    return is_equal | both_empty if empty_is_same else is_equal


def _move(reference: models.ForeignKey[Any, Any], merged: Contact, kept: Contact) -> int:
    """What an individual customer owned belongs to the account from now on; a row that names its account says
    so, too."""
    changes: dict[str, Any] = {reference.name: kept}
    if (
        merged.account_id is None
        and kept.account_id
        and reference.name == "contact"
        and _names_account(reference.model)
    ):
        changes["account"] = models.functions.Coalesce("account", models.Value(kept.account_id))
    return _free_rows(reference, merged, kept).update(**changes)


def _take_latest(reference: models.ForeignKey[Any, Any], merged: Contact, kept: Contact) -> None:
    """Of what each contact has a row of, the kept one's stays. A model whose rows say until when something
    holds names that field in ``latest_of_two``: the later of both values is kept."""
    field: str | None = getattr(reference.model, "latest_of_two", None)
    if field is None:
        return
    for others, condition in _unique_with(reference):
        twin = _rows(reference, merged).filter(condition, *others).values(field)[:1]
        _rows(reference, kept).filter(condition).update(**{field: Greatest(field, models.Subquery(twin))})


def _names_account(model: type[models.Model]) -> bool:
    return any(field.name == "account" and field.related_model is Account for field in model._meta.fields)


def _locked(merged: Contact, kept: Contact) -> tuple[Contact, Contact]:
    """Invitations first, as whoever redeems one does; then what is theirs, for whoever writes in a record
    locks that before it names a contact; then the contacts. Always in the same order."""
    pks = (merged.pk, kept.pk)
    lock_keys(Invitation.objects.open().filter(contact__in=pks))
    _lock_what_is_theirs(pks)
    rows = locked_rows(Contact.objects.select_related("account", "user").filter(pk__in=pks))
    found = {contact.pk: contact for contact in rows}
    return found[merged.pk], found[kept.pk]


def _lock_what_is_theirs(pks: tuple[int, int]) -> None:
    """Records, then what belongs to records."""
    theirs = [reference for reference in references() if reference.model not in (Contact, Invitation)]
    for reference in sorted(
        theirs,
        key=lambda each: (not hasattr(each.model, "record_type"), each.model._meta.label_lower, each.name),
    ):
        lock_keys(reference.model._base_manager.filter(**{f"{reference.name}__in": pks}))


def _void_invitations(actor: Actor, merged: Contact, kept: Contact) -> None:
    """The merged contact's; and the kept one's if somebody signs in as it from now on."""
    void = [merged, *([kept] if merged.user_id else [])]
    for invitation in Invitation.objects.open().filter(contact__in=void):
        revoke_invitation(actor=actor, invitation=invitation)


def _move_sign_in(actor: Actor, merged: Contact, kept: Contact, sign_in: Side | None) -> None:
    if both_sign_in(merged, kept) and sign_in not in ("kept", "merged"):
        raise ValidationError(_("Both contacts can sign in. Choose which sign-in to keep."))
    takes_over = merged.user is not None and (kept.user is None or sign_in == "merged")
    stays, goes = (merged.user, kept.user) if takes_over else (kept.user, merged.user)
    if (
        stays
        and Contact.objects.filter(account=kept.account_id, user=stays)
        .exclude(pk__in=(merged.pk, kept.pk))
        .exists()
    ):
        raise ValidationError(
            _("%(user)s already signs in as another contact of this account.") % {"user": stays}
        )
    for contact, user in ((merged, None), (kept, stays)):
        contact.user = user
        contact.save(update_fields=["user"])
    if goes and goes != stays:
        _see_off(actor, goes)


def _see_off(actor: Actor, user: User) -> None:
    """Whose sign-in did not remain is signed out, unless they are a contact elsewhere."""
    if not Contact.objects.filter(user=user).exists():
        end_sessions(actor=actor, user=user)


def _take_fields(merged: Contact, kept: Contact, fields: Collection[str]) -> None:
    names = [name for name in FIELDS if name in fields and name != "email"]
    for name in names:
        setattr(kept, name, getattr(merged, name))
    if "email" in fields and merged.email != kept.email:
        _take_address(merged, kept)
    kept.save(update_fields=[*names, "email"])


def _take_address(merged: Contact, kept: Contact) -> None:
    """Within an account an address is one contact's, so the two change places there."""
    known = known_contact(kept.account_id, merged.email, other_than=kept)
    if known and known.pk != merged.pk:
        raise ValidationError(_("%(name)s already has this address.") % {"name": known.full_name})
    old, kept.email = kept.email, merged.email
    if merged.account_id == kept.account_id:
        Contact.objects.filter(pk=merged.pk).update(email=f"merged-{merged.pk}@merged.invalid")
        kept.save(update_fields=["email"])
        merged.email = old
        merged.save(update_fields=["email"])


def _take_roles(actor: Actor, merged: Contact, kept: Contact, roles: Side) -> None:
    held, offered = set(kept.roles.all()), set(merged.roles.all())
    removed = held - offered if roles == "merged" else set()
    change_roles(actor=actor, contact=kept, added=offered - held, removed=removed)
