"""Merging at the same moment: one of the two stays, whatever happens."""

import pytest
from django.urls import reverse

from accounts.models import Contact
from cases.models import Case
from tests.cases.factories import make_case
from tests.factories import make_account, make_contact, make_user
from tests.races import at_once, commits

pytestmark = commits


@pytest.mark.parametrize("time", range(3))
def test_two_contacts_merged_into_each_other_leave_one_with_everything(sign_in, time):
    acme = make_account("Acme Foods")
    pair = [make_contact(name, acme, signs_in=False) for name in ("Alice", "Alicia")]
    for contact in pair:
        make_case(contact)
    ada = make_user("ada@portal.example", is_staff=True, is_superuser=True)
    desks = [sign_in(ada), sign_in(ada)]
    keep = dict.fromkeys(("first_name", "email"), "kept")

    def merge(n):
        url = reverse("admin:accounts_contact_merge", args=[pair[n].pk], query={"into": pair[1 - n].pk})
        return desks[n].post(url, keep).status_code

    assert sorted(at_once(2, merge)) == [200, 302]
    active = Contact.objects.get(account=acme, is_active=True)
    assert {case.contact for case in Case.objects.all()} == {active}
