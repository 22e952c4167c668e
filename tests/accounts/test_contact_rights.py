from accounts.models import Contact
from tests.factories import grant


def test_a_contact_holds_given_roles_and_those_of_everyone(alice, django_assert_num_queries):
    role = grant(alice, "invoice", "account", "read")
    with django_assert_num_queries(1):
        contact = Contact.objects.with_rights().get(pk=alice.pk)
        assert role.pk in contact.role_ids
        assert contact.grants["invoice"] == {"account": ["read"]}
        assert contact.grants["case"] == {"contact": ["read", "create"]}
