"""The list of allowed networks in the administration: what it takes, what it tells, and its guard against
shutting oneself out."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import Activity
from portal.actions.networks import ShutsOut, remove_networks, save_network
from portal.models import AllowedNetwork
from tests.factories import make_user
from tests.portal.factories import allow
from tests.races import at_once, commits

NETWORKS = reverse("admin:portal_allowednetwork_changelist")
ADD_NETWORK = reverse("admin:portal_allowednetwork_add")
CHECK = reverse("admin:portal_allowednetwork_check")


def change_network(cidr):
    return reverse("admin:portal_allowednetwork_change", args=[AllowedNetwork.objects.get(cidr=cidr).pk])


def delete_network(cidr):
    return reverse("admin:portal_allowednetwork_delete", args=[AllowedNetwork.objects.get(cidr=cidr).pk])


def told(browser, cidr):
    return [
        str(message) for message in browser.post(ADD_NETWORK, {"cidr": cidr}, follow=True).context["messages"]
    ]


@pytest.fixture
def desk(sign_in, ada):
    """Ada's browser, on the machine itself."""
    return sign_in(ada)


@pytest.mark.parametrize("cidr", ["203.0.113.0/24", "2001:db8::/32", "127.0.0.2/32"])
def test_ada_cannot_shut_herself_out_by_adding_a_network(desk, cidr):
    page = desk.post(ADD_NETWORK, {"cidr": cidr})
    assert "Your own address, 127.0.0.1, would be locked out" in page.text
    assert not AllowedNetwork.objects.exists()


def test_ada_cannot_shut_herself_out_by_changing_a_network(desk):
    allow("127.0.0.0/8")
    page = desk.post(change_network("127.0.0.0/8"), {"cidr": "203.0.113.0/24"})
    assert "would be locked out" in page.text
    assert AllowedNetwork.objects.get().cidr == "127.0.0.0/8"


def test_ada_shuts_herself_out_only_when_she_says_that_she_knows(desk):
    page = desk.post(ADD_NETWORK, {"cidr": "203.0.113.0/24"}).text
    assert "I understand that this locks me out (address 127.0.0.1)" in page
    assert 'type="checkbox" name="may_shut_out"' in page
    assert desk.post(ADD_NETWORK, {"cidr": "203.0.113.0/24", "may_shut_out": "on"}).status_code == 302
    assert desk.get(NETWORKS).status_code == 403


def test_the_check_box_is_shown_to_those_who_need_it_alone(desk):
    assert 'type="checkbox" name="may_shut_out"' not in desk.get(ADD_NETWORK).text
    assert 'type="checkbox" name="may_shut_out"' not in desk.post(ADD_NETWORK, {"cidr": "nonsense"}).text


def test_ada_cannot_delete_the_network_that_lets_her_in_without_saying_that_she_knows(desk):
    allow("127.0.0.0/8", "203.0.113.0/24")
    for page in (
        desk.get(delete_network("127.0.0.0/8")),
        desk.post(delete_network("127.0.0.0/8"), {"post": "yes"}),
    ):
        assert "I understand that this locks me out (address 127.0.0.1)" in page.text
    assert AllowedNetwork.objects.count() == 2
    assert desk.post(delete_network("127.0.0.0/8"), {"post": "yes", "may_shut_out": "on"}).status_code == 302
    assert AllowedNetwork.objects.get().cidr == "203.0.113.0/24"
    assert desk.get(NETWORKS).status_code == 403


def test_ada_deletes_another_network_as_usual(desk):
    allow("127.0.0.0/8", "203.0.113.0/24")
    assert "locks me out" not in desk.get(delete_network("203.0.113.0/24")).text
    assert desk.post(delete_network("203.0.113.0/24"), {"post": "yes"}).status_code == 302
    assert AllowedNetwork.objects.get().cidr == "127.0.0.0/8"


def test_ada_cannot_delete_all_networks_that_let_her_in_at_once_without_saying_that_she_knows(desk):
    allow("127.0.0.0/8", "127.0.0.1/32", "203.0.113.0/24")
    chosen = AllowedNetwork.objects.filter(cidr__startswith="127.").values_list("pk", flat=True)
    data = {"action": "delete_selected", "_selected_action": list(chosen), "post": "yes"}
    page = desk.post(NETWORKS, data).text
    assert "I understand that this locks me out (address 127.0.0.1)" in page
    assert page.count('name="_selected_action"') == 2
    assert AllowedNetwork.objects.count() == 3
    desk.post(NETWORKS, data | {"may_shut_out": "on"})
    assert AllowedNetwork.objects.get().cidr == "203.0.113.0/24"


def test_ada_opens_the_portal_again_by_deleting_every_network(desk):
    allow("127.0.0.0/8", "203.0.113.0/24")
    chosen = AllowedNetwork.objects.values_list("pk", flat=True)
    desk.post(NETWORKS, {"action": "delete_selected", "_selected_action": chosen, "post": "yes"})
    assert not AllowedNetwork.objects.exists()


@pytest.mark.parametrize(
    "text", ["300.1.1.1", "192.0.2.0/33", "example.org", "192.0.2.0-192.0.2.9", "2001:db8:::/32", ""]
)
def test_what_is_no_network_is_explained(desk, text):
    page = desk.post(ADD_NETWORK, {"cidr": text})
    assert ("Enter an IP address or network, for example 192.0.2.0/24" in page.text) is bool(text)
    assert page.context["adminform"].form.errors["cidr"]
    assert not AllowedNetwork.objects.exists()


def test_a_network_is_kept_in_its_usual_spelling_and_once(desk):
    desk.post(ADD_NETWORK, {"cidr": " 127.0.0.1/8 "})
    assert AllowedNetwork.objects.get().cidr == "127.0.0.0/8"
    page = desk.post(ADD_NETWORK, {"cidr": "127.0.0.5/8"})
    assert "already exists" in page.text


@pytest.mark.parametrize("typed", ["::ffff:127.0.0.0/104", "::ffff:7f00:0/104", "127.255.255.255/8"])
def test_ipv4_in_ipv6_clothes_is_kept_as_ipv4(desk, typed):
    desk.post(ADD_NETWORK, {"cidr": typed})
    assert AllowedNetwork.objects.get().cidr == "127.0.0.0/8"
    assert desk.get(NETWORKS, REMOTE_ADDR="::ffff:127.0.0.1").status_code == 200


def test_a_network_that_was_stored_in_ipv6_clothes_lets_ipv4_in(desk):
    AllowedNetwork.objects.create(cidr="::ffff:127.0.0.1/128")
    assert desk.get(NETWORKS).status_code == 200


def test_overlaps_are_told(desk):
    allow("127.0.0.0/8")
    assert "127.0.0.1/32 has no effect: it is already included in 127.0.0.0/8." in told(desk, "127.0.0.1")
    assert "Already listed, included in 0.0.0.0/0, and no longer needed: 127.0.0.0/8, 127.0.0.1/32." in told(
        desk, "0.0.0.0/0"
    )
    assert len(told(desk, "2001:db8::/32")) == 1


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        ("192.0.2.7", "192.0.2.7 is allowed."),
        (" ::ffff:192.0.2.7 ", "192.0.2.7 is allowed."),
        ("203.0.113.9", "203.0.113.9 is not allowed."),
        ("2001:db8::7", "2001:db8::7 is not allowed."),
        ("nonsense", "Enter an IP address, for example"),
        ("192.0.2.0/24", "Enter an IP address, for example"),
        ("1" * 100, "at most 60 characters"),
        ("nonsense\x00", "Enter an IP address, for example"),
    ],
)
def test_an_address_can_be_checked(desk, address, answer):
    allow("192.0.2.0/24", "192.0.0.0/16", "127.0.0.0/8")
    page = desk.get(CHECK, {"address": address})
    assert page.status_code == 200
    assert answer in page.text
    listed = [change_network(cidr) in page.text for cidr in ("192.0.2.0/24", "192.0.0.0/16", "127.0.0.0/8")]
    assert listed == ([True, True, False] if "is allowed" in answer else [False, False, False])
    assert '<a href="?address=127.0.0.1">127.0.0.1</a>' in page.text


def test_the_check_says_when_everybody_is_let_in(desk):
    assert "All addresses are allowed" in desk.get(CHECK, {"address": "203.0.113.9"}).text


def test_the_check_is_for_those_who_may_see_the_list(sign_in, db):
    agent = make_user("sam@portal.example", is_staff=True)
    assert sign_in(agent).get(CHECK).status_code == 403
    agent.user_permissions.add(Permission.objects.get(codename="view_allowednetwork"))
    assert sign_in(agent).get(CHECK).status_code == 200


def test_every_change_is_in_the_log_and_customers_never_see_it(desk, ada):
    desk.post(ADD_NETWORK, {"cidr": "127.0.0.0/8", "note": "Office"})
    desk.post(change_network("127.0.0.0/8"), {"cidr": "127.0.0.0/16", "note": "Office"})
    desk.post(delete_network("127.0.0.0/16"), {"post": "yes"})
    lines = Activity.objects.filter(verb__startswith="network.").order_by("pk")
    assert [(line.verb, line.label, line.is_internal) for line in lines] == [
        ("network.added", "127.0.0.0/8", True),
        ("network.changed", "127.0.0.0/16", True),
        ("network.removed", "127.0.0.0/16", True),
    ]
    assert {(line.actor, line.client_ip, line.details["note"]) for line in lines} == {
        (ada, "127.0.0.1", "Office")
    }
    assert lines[1].details["before"] == "127.0.0.0/8"


def test_an_actor_without_an_address_is_shut_out_by_any_list(ada):
    with pytest.raises(ShutsOut):
        save_network(actor=Actor(user=ada), network=AllowedNetwork(cidr="0.0.0.0/0"))
    assert not AllowedNetwork.objects.exists()


class TestTwoAtOnce:
    pytestmark = commits

    def test_two_deletions_that_are_harmless_alone_do_not_shut_out_together(self, ada):
        """Each of the two networks lets Ada in; both deleted, the third would shut her out."""
        allow("127.0.0.0/8", "127.0.0.0/16", "203.0.113.0/24")
        networks = list(AllowedNetwork.objects.filter(cidr__startswith="127."))
        actor = Actor(user=ada, client_ip="127.0.0.1")

        def remove(number):
            try:
                return remove_networks(actor=actor, networks=[networks[number]])
            except ShutsOut:
                return 0

        assert sorted(at_once(2, remove)) == [0, 1]
        assert AllowedNetwork.objects.filter(cidr__startswith="127.").count() == 1

    def test_the_same_network_added_twice_at_once_is_listed_once(self, sign_in, ada):
        browsers = [sign_in(ada), sign_in(ada)]
        answers = at_once(
            2, lambda number: browsers[number].post(ADD_NETWORK, {"cidr": "127.0.0.0/8"}).status_code
        )
        assert sorted(answers) == [200, 302]
        assert AllowedNetwork.objects.count() == 1
