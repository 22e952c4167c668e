"""Merging two contacts in the administration: everything goes over, nothing is lost, nobody gets another's
records unseen."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.actions.invitations import invite_contact
from accounts.actions.merge import merge_contacts, references
from accounts.activity_words import verb_words
from accounts.actors import SYSTEM, Actor
from accounts.models import Activity, Contact, ContactImport, Invitation, JoinRequest
from cases.models import Case, CaseMessage, SuggestionReading
from forums.models import Post
from invoices.models import Invoice
from knowledgebase.models import ArticleFeedback
from records.actions.marks import named, save_draft
from records.actions.messages import reply
from records.models import Draft, Follow, Reading, SavedView
from records.models.marks import NEW
from tests.cases.factories import make_case
from tests.factories import make_contact, make_user
from tests.knowledgebase.factories import make_article
from tests.records.addresses import SAMPLED


def merge_url(contact, **query):
    return reverse("admin:accounts_contact_merge", args=[contact.pk], query=query or None)


def merge(desk, merged, kept, **choices):
    return desk.post(merge_url(merged, into=kept.pk), choices, follow=True)


def keep(**fields):
    """The form's choices with everything as the kept contact has it, but for these."""
    return dict.fromkeys(("first_name", "last_name", "email", "phone", "job_title", "roles"), "kept") | fields


@pytest.fixture
def desk(sign_in, ada):
    return sign_in(ada)


@pytest.fixture
def alicia(acme):
    """Alice once more, by another address, who never signed in."""
    return make_contact("Alicia", acme, signs_in=False, job_title="Chemist")


@pytest.fixture
def pat(db):
    """An individual customer."""
    return make_contact("Pat", None)


# What can be merged


def test_the_page_offers_those_who_look_the_same_and_searches_others(desk, alice, bob, acme, charlie):
    twin = make_contact("alice", acme, email="twin@acme.example", signs_in=False)
    page = desk.get(merge_url(alice)).text
    assert twin.email in page
    assert bob.email not in page
    assert bob.email in desk.get(merge_url(alice, q="bob")).text
    assert charlie.email not in desk.get(merge_url(alice, q="charlie")).text


def test_an_individual_customer_may_go_into_any_account(desk, pat, charlie):
    assert charlie.email in desk.get(merge_url(pat, q="charlie")).text


@pytest.mark.parametrize("query", [{"q": "\0"}, {"q": "x" * 300}, {"into": "x"}, {"into": "-1"}])
def test_nonsense_is_a_search_that_finds_nothing(desk, alice, query):
    assert desk.get(merge_url(alice, **query)).status_code == 200


@pytest.mark.parametrize("pk", [10**9, 10**30])
def test_nobody_is_merged_into_somebody_who_does_not_exist(desk, alice, pk):
    assert desk.get(merge_url(alice, into=pk)).status_code == 404


def test_contacts_of_different_accounts_are_refused_with_a_reason(desk, alice, charlie, pat):
    for kept in (charlie, pat, alice):
        merge(desk, alice, kept, **keep())
        alice.refresh_from_db()
        assert alice.is_active
    assert "different accounts" in merge(desk, alice, charlie).text


def test_a_deactivated_contact_takes_nobody_in(desk, alice, bob):
    bob.deactivate()
    assert "Reactivate the contact first." in merge(desk, alice, bob).text


@pytest.mark.parametrize("may", [True, False])
def test_staff_need_the_right_to_change_contacts(may, sign_in, alice, alicia):
    helper = make_user("helper@portal.example", is_staff=True)
    helper.user_permissions.set(
        Permission.objects.filter(codename__in=["view_contact", *(["change_contact"] if may else [])])
    )
    answer = sign_in(helper).post(merge_url(alicia, into=alice.pk), keep())
    alicia.refresh_from_db()
    assert (answer.status_code, alicia.is_active) == ((302, False) if may else (403, True))


# What moves


def test_the_preview_counts_and_changes_nothing(desk, alice, alicia):
    for _n in range(3):
        make_case(alicia)
    page = desk.get(merge_url(alicia, into=alice.pk)).text
    assert "<td>Cases</td><td>3</td><td>0</td>" in page
    assert "<td>Messages</td><td>3</td><td>0</td>" in page
    assert Case.objects.filter(contact=alicia).count() == 3
    alicia.refresh_from_db()
    assert alicia.is_active


def populate(contact, acme):
    """One row for every foreign key to a contact that any app has, but the log's."""
    for surface in SAMPLED:
        record = surface.sample(acme, contact)
        if surface.talk:
            reply(actor=Actor(contact=contact), talk=surface.talk, record=record, body="Yes.")
        if joined := surface.record_type.joined:
            getattr(record, joined).create(contact=contact)
    about = {"contact": contact, **named(record)}
    Follow.objects.create(**about)
    Reading.objects.create(**about, read_at=timezone.now())
    save_draft(owner=contact, about=Case, values={"subject": "Half"})
    SavedView.objects.create(contact=contact, record_type=surface.name, name="Mine", query="view=all")
    SuggestionReading.objects.create(contact=contact, url="/knowledgebase/")
    ArticleFeedback.objects.create(article=make_article(), contact=contact, is_helpful=True)
    Invoice.objects.filter(account=acme).update(contact=contact)
    invitation = invite_contact(actor=SYSTEM, contact=contact)
    invitation.redemptions.create(contact=contact, user=make_user("once@acme.example"))
    JoinRequest.objects.create(user=make_user("joiner@acme.example"), account=acme, decided_by=contact)
    ContactImport.objects.create(account=acme, created_by=contact, file_name="people.csv")


def test_everything_that_names_the_contact_goes_over(desk, alice, alicia, acme):
    populate(alicia, acme)
    before = {
        str(field)
        for field in references()
        if field.model._base_manager.filter(**{field.name: alicia}).exists()
    }
    assert before == {str(field) for field in references()} - {"accounts.Contact.merged_into"}
    merge(desk, alicia, alice, **keep())
    left = {
        str(field): field.model._base_manager.filter(**{field.name: alicia}).count() for field in references()
    }
    assert not any(left.values()), left
    assert Case.objects.get().contact == alice
    assert {message.author_contact for message in CaseMessage.objects.all()} == {alice}
    assert {post.author_contact for post in Post.objects.all()} == {alice}
    assert ArticleFeedback.objects.get().contact == alice
    assert Invoice.objects.get().contact == alice


def test_every_foreign_key_to_a_contact_is_known_to_the_merge():
    """A new feature's key is found by itself; this says which there are, so that somebody thinks about it."""
    assert {str(field) for field in references()} >= {
        "accounts.Invitation.contact",
        "accounts.Contact.merged_into",
        "cases.Case.contact",
        "cases.CaseMessage.author_contact",
        "cases.CaseParticipant.contact",
        "cases.SuggestionReading.contact",
        "forums.Post.author_contact",
        "records.Draft.contact",
        "records.Follow.contact",
        "records.Reading.contact",
        "knowledgebase.ArticleFeedback.contact",
        "invoices.Invoice.contact",
        "records.SavedView.contact",
    }
    assert "accounts.Activity.contact" not in {str(field) for field in references()}


def test_what_both_have_said_on_one_article_stays_with_each(desk, alice, alicia):
    shared, own = make_article(), make_article()
    for contact, article in ((alice, shared), (alicia, shared), (alicia, own)):
        ArticleFeedback.objects.create(article=article, contact=contact, is_helpful=contact == alice)
    assert "<td>Article feedback</td><td>1</td><td>1</td>" in desk.get(merge_url(alicia, into=alice.pk)).text
    merge(desk, alicia, alice, **keep())
    assert {feedback.article for feedback in ArticleFeedback.objects.filter(contact=alice)} == {shared, own}
    assert ArticleFeedback.objects.get(contact=alice, article=shared).is_helpful
    assert ArticleFeedback.objects.count() == 3


def test_what_both_have_begun_stays_with_each_and_what_one_began_goes_over(desk, alice, alicia):
    """A contact has one draft of a new case and one for each case; two drafts without a case are two of the
    same."""
    case = make_case(alice)
    for contact in (alice, alicia):
        save_draft(owner=contact, about=Case, values={"subject": contact.first_name})
    save_draft(owner=alicia, about=case, values={"body": "Half a reply"})
    assert "<td>Drafts</td><td>1</td><td>1</td>" in desk.get(merge_url(alicia, into=alice.pk)).text
    merge(desk, alicia, alice, **keep())
    assert Draft.objects.get(contact=alice, record_id=NEW).values == {"subject": "Alice"}
    assert Draft.objects.get(contact=alice, record_id=case.pk).values == {"body": "Half a reply"}
    assert Draft.objects.get(contact=alicia).values == {"subject": "Alicia"}


@pytest.mark.parametrize("is_later", [True, False])
def test_of_two_who_read_the_same_the_later_reading_counts(desk, alice, alicia, is_later):
    """And of what one of them alone has read, that one's."""
    both, one = make_case(alice), make_case(alice)
    early, late = both.created_at, both.created_at + timedelta(hours=1)
    read = {"record_type": "case", "record_id": both.pk}
    Reading.objects.create(contact=alice, read_at=early if is_later else late, **read)
    Reading.objects.create(contact=alicia, read_at=late if is_later else early, **read)
    Reading.objects.create(contact=alice, read_at=early, **read | {"record_id": one.pk})
    Reading.objects.create(contact=alicia, read_at=late, **read | {"record_type": "topic"})
    merge(desk, alicia, alice, **keep())
    kept = Reading.objects.filter(contact=alice).values_list("record_type", "record_id", "read_at")
    assert set(kept) == {("case", both.pk, late), ("case", one.pk, early), ("topic", both.pk, late)}


def test_of_two_who_follow_the_same_the_kept_contacts_wish_counts(desk, alice, alicia):
    case = make_case(alice)
    for contact, is_muted in ((alice, True), (alicia, False)):
        Follow.objects.create(contact=contact, record_type="case", record_id=case.pk, is_muted=is_muted)
    merge(desk, alicia, alice, **keep())
    assert Follow.objects.get(contact=alice).is_muted


def test_who_takes_part_in_a_case_still_does_after_the_merge(desk, alice, bob, alicia, sign_in):
    case = make_case(bob, participants=[alicia])
    assert sign_in(alice).get(case.get_absolute_url()).status_code == 404
    merge(desk, alicia, alice, **keep())
    assert sign_in(alice).get(case.get_absolute_url()).status_code == 200


def test_the_merged_contact_points_to_the_other_and_lets_nobody_in(desk, alice, alicia, ada):
    page = merge(desk, alicia, alice, **keep())
    assert page.redirect_chain[-1][0] == reverse("admin:accounts_contact_change", args=[alice.pk])
    assert alicia.email in page.text
    alicia.refresh_from_db()
    assert (alicia.merged_into, alicia.is_active, alicia.user) == (alice, False, None)
    line = Activity.objects.get(verb="contact.merged")
    assert (line.actor, line.contact, line.details["name"]) == (ada, alice, "Alicia Tester")
    assert (
        "Its records now belong to"
        in desk.get(reverse("admin:accounts_contact_change", args=[alicia.pk])).text
    )


def test_who_was_merged_before_points_to_the_last_one(desk, alice, alicia, acme):
    third = make_contact("Third", acme, signs_in=False)
    merge(desk, third, alicia, **keep())
    merge(desk, alicia, alice, **keep())
    third.refresh_from_db()
    assert third.merged_into == alice


def test_the_log_stays_as_it_was_and_is_shown_with_the_contact_that_stays(desk, alice, alicia):
    invite_contact(actor=SYSTEM, contact=alicia)
    before = list(Activity.objects.values("pk", "contact", "label"))
    merge(desk, alicia, alice, **keep())
    assert (
        list(Activity.objects.filter(pk__in=[line["pk"] for line in before]).values("pk", "contact", "label"))
        == before
    )
    page = desk.get(reverse("admin:accounts_contact_change", args=[alice.pk])).text
    invited = verb_words("contact.invited")
    assert f"<td>{invited}" in page
    log = reverse("admin:accounts_activity_changelist") + f"?contact__in={alice.pk},{alicia.pk}"
    assert log in page
    assert f">{invited}</a>" in desk.get(log).text


def test_what_came_in_while_it_was_merged_can_be_moved_afterwards(desk, alice, alicia):
    merge(desk, alicia, alice, **keep())
    case = make_case(Contact.objects.get(pk=alicia.pk))
    merge(desk, alicia, alice, **keep())
    case.refresh_from_db()
    assert case.contact == alice


# Which values stay


@pytest.mark.parametrize("side", ["kept", "merged"])
def test_each_value_is_chosen(desk, alice, alicia, side):
    values = {"kept": alice, "merged": alicia}[side]
    expected = (values.first_name, values.email, values.job_title)
    merge(desk, alicia, alice, **keep(first_name=side, email=side, job_title=side))
    alice.refresh_from_db()
    assert (alice.first_name, alice.email, alice.job_title) == expected


@pytest.mark.parametrize(
    ("choice", "roles"), [("kept", {"Portal IT User"}), ("merged", {"Portal Finance User"}), ("both", None)]
)
def test_roles_are_chosen_and_their_change_is_recorded(desk, ivan, fiona, choice, roles):
    merge(desk, fiona, ivan, **keep(roles=choice, sign_in="kept"))
    both = {"Portal IT User", "Portal Finance User"}
    assert {role.name for role in ivan.roles.all()} == (roles or both)
    assert Activity.objects.filter(verb="contact.roles_changed").exists() == (choice != "kept")


def test_an_address_that_somebody_else_has_is_refused_and_nothing_happens(desk, acme, pat, alice, bob):
    Contact.objects.filter(pk=pat.pk).update(email=bob.email)
    page = merge(desk, pat, alice, **keep(email="merged", sign_in="kept"))
    assert "Bob Tester already has this address." in page.text
    pat.refresh_from_db()
    assert pat.is_active
    assert pat.user is not None


def test_an_invented_choice_is_refused(desk, alice, alicia):
    assert "Select a valid choice" in merge(desk, alicia, alice, **keep(first_name="nonsense")).text
    alicia.refresh_from_db()
    assert alicia.is_active


# Who signs in


def test_the_sign_in_moves_where_the_other_has_none(desk, alice, alicia, sign_in):
    case = make_case(alicia)
    merge(desk, alice, alicia, **keep())
    alicia.refresh_from_db()
    assert alicia.user == alice.user
    assert sign_in(alicia).get(f"/cases/{case.number}/").status_code == 200


def test_two_sign_ins_are_merged_only_when_somebody_says_which_remains(desk, alice, bob):
    assert "Sign-in to keep" in desk.get(merge_url(alice, into=bob.pk)).text
    merge(desk, alice, bob, **keep())
    alice.refresh_from_db()
    assert alice.is_active
    with pytest.raises(ValidationError, match="Choose which sign-in to keep"):
        merge_contacts(actor=Actor(), merged=alice, kept=bob)


@pytest.mark.parametrize("side", ["kept", "merged"])
def test_the_chosen_sign_in_sees_everything_and_the_other_nothing(side, desk, alice, bob, sign_in):
    people = {"merged": sign_in(alice), "kept": sign_in(bob)}
    case = make_case(alice)
    expected = {"merged": alice, "kept": bob}[side].user
    merge(desk, alice, bob, **keep(sign_in=side))
    bob.refresh_from_db()
    assert bob.user == expected
    for name, browser in people.items():
        assert browser.get(f"/cases/{case.number}/").status_code == (200 if name == side else 404), name


def test_a_user_who_is_another_contact_of_the_account_already_is_not_bound_twice(desk, pat, alice, bob):
    Contact.objects.filter(pk=pat.pk).update(user=bob.user)
    page = merge(desk, pat, alice, **keep(sign_in="merged"))
    assert "already signs in as another contact of this account" in page.text
    alice.refresh_from_db()
    assert alice.user != bob.user


def test_open_invitations_of_the_merged_contact_are_void(desk, alice, alicia):
    invitation = invite_contact(actor=SYSTEM, contact=alicia)
    merge(desk, alicia, alice, **keep())
    assert Invitation.objects.get(pk=invitation.pk).state == "revoked"


# An individual customer comes into an account


def test_their_cases_become_the_accounts_and_the_page_says_so(desk, pat, alice, ivan, charlie, sign_in):
    case = make_case(pat)
    assert sign_in(ivan).get(f"/cases/{case.number}/").status_code == 404
    assert "individual customer" in desk.get(merge_url(pat, into=alice.pk)).text
    merge(desk, pat, alice, **keep(sign_in="kept"))
    case.refresh_from_db()
    assert (case.contact, case.account) == (alice, alice.account)
    assert sign_in(ivan).get(f"/cases/{case.number}/").status_code == 200
    assert sign_in(charlie).get(f"/cases/{case.number}/").status_code == 404


def test_colleagues_keep_their_own_cases(desk, alice, bob, alicia):
    others = make_case(bob)
    merge(desk, alicia, alice, **keep())
    others.refresh_from_db()
    assert others.contact == bob
