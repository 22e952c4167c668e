"""One record of each type of cases, made as people make them."""

from datetime import timedelta

from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Account, Contact
from cases.actions import open_case
from cases.models import Case, Entitlement, RequestType


def sample_case(account: Account | None, contact: Contact | None) -> Case:
    if contact is None:
        raise ValueError("A case is opened for a contact.")
    return open_case(
        actor=Actor(user=contact.user, contact=contact),
        contact=contact,
        subject="The display stays dark",
        description="It went out this morning and does not come back.",
        request_type=RequestType.objects.all()[0],
    )


def sample_entitlement(account: Account | None, contact: Contact | None) -> Entitlement:
    if account is None:
        raise ValueError("An entitlement belongs to an account.")
    today = timezone.localdate()
    return Entitlement.objects.create(
        account=account,
        name="Standard support",
        amount=10,
        valid_from=today,
        valid_until=today + timedelta(days=365),
    )
