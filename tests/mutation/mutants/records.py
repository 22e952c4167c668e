"""Whose records, and what comes with them."""

from collections.abc import Iterator

from accounts.scoping import record_types
from tests.mutation.mutant import Mutant, gate
from tests.mutation.noticing import (
    ARTICLES,
    CASE_PAGES,
    CASES,
    DESK_OPENING,
    DESK_STATEMENTS,
    FORUMS,
    HOME,
    INVOICES,
    MARKS,
    ROUTES,
    SCOPING,
    TALK,
    USERS,
)

FEATURE_TESTS = {
    "case": (CASES,),
    "entitlement": DESK_STATEMENTS,
    "article": (ARTICLES,),
    "forum": (FORUMS,),
    "invoice": (INVOICES,),
    "contact": USERS,
}


def per_record_type() -> Iterator[Mutant]:
    """Every declared type, each way of asking."""
    for kind in record_types():
        tests = (*SCOPING, *FEATURE_TESTS.get(kind.name, ()))
        yield gate(
            f"records: visible_to of {kind.name}",
            "accounts/scoping.py", "        scope = granted_scope(contact, privilege, record_type)\n        return self.none()",
            f'        if record_type.name == "{kind.name}":\n            return self\n'
            "        scope = granted_scope(contact, privilege, record_type)\n        return self.none()",
            *tests,
        )  # fmt: skip
        for privilege in kind.privileges:
            yield gate(
                f"records: can({privilege}) of {kind.name}",
                "accounts/scoping.py", "    scope = granted_scope(contact, privilege, record_type)\n    if scope is None:",
                f'    if (record_type.name, privilege) == ("{kind.name}", "{privilege}"):\n        return True\n'
                "    scope = granted_scope(contact, privilege, record_type)\n    if scope is None:",
                *tests,
            )  # fmt: skip


RECORD = [
    gate(
        "records: a privilege is granted for itself",
        "accounts/scoping.py", "[scope for scope in grants if privilege in grants[scope]]", "list(grants)", *SCOPING,
    ),
    gate(
        "records: can() looks at whose the record is",
        "accounts/scoping.py",
        "return all(_foreign_key(target, field) == value for field, value in record_type.owner(contact, scope).items())",
        "return True", *SCOPING,
    ),
    gate(
        "records: a contact's own records are within its account",
        "accounts/scoping.py", "return {str(self.contact): contact.pk, **within_account}", "return {str(self.contact): contact.pk}",
        *SCOPING,
    ),
    gate(
        "records: account scope means nothing without an account",
        "accounts/scoping.py", "if scope in granted and (scope != Scope.ACCOUNT or contact.account_id):", "if scope in granted:", *SCOPING,
    ),
    gate(
        "records: a contact that was deactivated is granted nothing",
        "accounts/scoping.py", "if contact is None or not contact.is_usable:", "if contact is None:", *SCOPING,
    ),
    gate(
        "records: drafts of articles",
        "knowledgebase/models.py", "super().visible_to(contact).published().filter(", "super().visible_to(contact).filter(", ARTICLES,
    ),
    gate(
        "records: the audience of a category holds for its articles",
        "knowledgebase/models.py", ".published().filter(category__in=categories).defer(", ".published().defer(", ARTICLES,
    ),
    gate(
        "records: the audience of a category",
        "knowledgebase/models.py", "return self.filter(is_meant_for(contact, audience))", "return self.all()", ARTICLES,
    ),
    gate(
        "records: categories need the right to read articles",
        "knowledgebase/models.py", 'return self.meant_for(contact) if can(contact, "read", Article) else self.none()',
        "return self.meant_for(contact)", ARTICLES, "tests/portal/test_visitors.py",
    ),
    gate(
        "records: articles on the shelves of the front page",
        "knowledgebase/models.py", 'Article.objects.visible_to(contact).filter(category=OuterRef("pk"))',
        'Article.objects.filter(category=OuterRef("pk"))', ARTICLES,
    ),
    gate(
        "records: related articles",
        "knowledgebase/models.py", "related = Article.objects.visible_to(contact).related_to(", "related = Article.objects.related_to(",
        ARTICLES,
    ),
    gate(
        "records: the audience of a forum",
        "forums/models.py", "return super().permitted_to(privilege, contact).filter(is_meant_for(contact, audience))",
        "return super().permitted_to(privilege, contact)", FORUMS,
    ),
    gate(
        "records: topics that only staff open",
        "forums/models.py", 'return not self.staff_only_topics and can(contact, "create", self)', 'return can(contact, "create", self)',
        FORUMS,
    ),
    gate(
        "records: a new topic needs the right to create",
        "forums/models.py", 'return not self.staff_only_topics and can(contact, "create", self)', "return not self.staff_only_topics",
        FORUMS,
    ),
    gate(
        "records: a reply needs the right to create",
        "forums/models.py", 'return not self.is_locked and can(contact, "create", self.forum)', "return not self.is_locked", FORUMS,
    ),
    gate(
        "records: the author of the question alone chooses the answer",
        "forums/models.py", "return contact is not None and contact.pk == self.author_contact_id", "return contact is not None", FORUMS,
    ),
    gate("records: drafts of invoices", "invoices/models.py", "return super().visible_to(contact).issued()",
         "return super().visible_to(contact)", INVOICES),
    gate(
        "records: the audience of an announcement",
        "portal/models/content.py",
        "return self.published().filter(is_meant_for(contact, audience) if contact else is_named_for(None, audience))",
        "return self.published()", *HOME, "tests/portal/test_visitors.py",
    ),
    gate(
        "records: an announcement for the signed-in is none for visitors",
        "portal/models/content.py", "is_meant_for(contact, audience) if contact else is_named_for(None, audience)",
        "is_meant_for(contact, audience)", *HOME, "tests/portal/test_visitors.py",
    ),
    gate(
        "records: the audience is asked for the contact's own roles",
        "accounts/permissions/audiences.py", "return ~Exists(audience) | is_named_for(contact, audience)",
        "return ~Exists(audience) | Exists(audience)", ARTICLES, FORUMS,
    ),
    gate(
        "records: a case is opened by those who may",
        "cases/views/opening.py", 'if not may_open_case(request):', "if request.contact is None:",
        *DESK_OPENING, *ROUTES,
    ),
    gate(
        "records: a case is answered by those who may",
        "cases/models/case.py", "StatusCategory.CANCELLED and self.involves(contact)", "StatusCategory.CANCELLED and contact is not None", *CASE_PAGES,
    ),
    gate(
        "records: managers see their own account, whatever the scope",
        "accounts/views/users/gate.py", "Contact.objects.visible_to(manager).of_account(manager.account_id)",
        "Contact.objects.visible_to(manager)", *USERS,
    ),
    gate(
        "records: reading colleagues is not changing them",
        "accounts/views/users/gate.py", "    manager_of(request, privilege)\n    return found", "    return found", *USERS,
    ),
    gate(
        "records: managing needs more than one's own record",
        "accounts/models/contact.py",
        "self.account_id is not None and granted_scope(self, privilege, self.record_type) in MANAGING_SCOPES",
        "self.account_id is not None and granted_scope(self, privilege, self.record_type) is not None", *USERS,
    ),
    gate(
        "records: lists of colleagues are of the account that sent them",
        "accounts/views/users/imports.py", "ContactImport.objects.filter(account=manager.account_id)", "ContactImport.objects.all()",
        "tests/accounts/test_user_import.py", *ROUTES,
    ),
    gate(
        "records: managers give delegable roles alone",
        "accounts/models/roles.py", "return self.filter(delegable=True, for_anonymous=False, for_authenticated=False)",
        "return self.all()", "tests/accounts/test_users.py", "tests/accounts/test_user_import.py",
    ),
]  # fmt: skip

CHILDREN = [
    gate(
        "children: messages follow their record",
        "records/models/message.py", '**{f"{self.model.parent}__in": records}, visibility', "visibility", *TALK,
    ),
    gate(
        "children: internal notes are for staff",
        "records/models/message.py", "records}, visibility=Message.Visibility.CUSTOMER)", "records})", *TALK,
    ),
    gate(
        "children: attachments follow their message",
        "records/models/message.py", "return self.filter(message__in=self.model.message_model().objects.visible_to(contact))",
        "return self.all()", *TALK,
    ),
    gate(
        "children: a file is fetched through the gate",
        "records/views/files.py", "files.objects.visible_to(request.contact)", "files.objects.all()",
        *TALK,
    ),
    gate(
        "children: the page of a record that is talked about",
        "records/views/reading.py", "load(surface.visible_to(contact), contact)", "load(surface.model.objects.all(), contact)",
        *TALK,
    ),
    gate(
        "children: only who has a part in a record replies",
        "records/views/conversation.py", "if not talk_of(surface).accepts(record, reader(request)):", "if False:", *TALK,
    ),
    gate(
        "children: who replies is decided again with the row locked",
        "records/actions/messages.py", "if actor.contact and not talk.accepts(record, actor.contact):", "if False:", *TALK,
    ),
    gate(
        "children: what is submitted twice is written once",
        "lib/submissions.py", "return rows.filter(submission=submission).first() if submission else None", "return None", *TALK,
    ),
    gate(
        "children: topics follow their forum",
        "forums/models.py", "return self.filter(forum__in=Forum.objects.visible_to(contact))", "return self.all()", FORUMS, *ROUTES,
    ),
    gate(
        "children: posts follow their forum",
        "forums/models.py", "return self.filter(topic__forum__in=Forum.objects.visible_to(contact))", "return self.all()", FORUMS,
    ),
    gate(
        "children: the page of a topic",
        "forums/views.py", "topics = Topic.objects.visible_to(request.contact).select_related",
        "topics = Topic.objects.select_related", FORUMS, *ROUTES,
    ),
    gate(
        "children: the latest topics",
        "forums/views.py", "newest = Topic.objects.visible_to(request.contact).select_related", "newest = Topic.objects.select_related",
        FORUMS,
    ),
    gate(
        "children: the page of an invoice",
        "invoices/views.py", "Invoice.objects.visible_to(request.contact).select_related", "Invoice.objects.select_related",
        INVOICES, *ROUTES,
    ),
    gate(
        "children: the PDF of an invoice",
        "invoices/views.py", "    invoice = _visible_invoice(request, number)\n    headers",
        "    invoice = Invoice.objects.get(number=number)\n    headers",
        INVOICES, *ROUTES,
    ),
]  # fmt: skip

MARKED = [
    gate(
        "marks: followed by those who may read the record",
        "records/views/following.py", "get_object_or_404(surface.visible_to(request.contact),",
        "get_object_or_404(surface.model._base_manager.all(),", *MARKS,
    ),
    gate(
        "marks: followed by contacts alone",
        "records/views/following.py", "    if request.contact is None:\n        raise PermissionDenied\n", "", *MARKS,
    ),
    gate(
        "marks: mails go to those who may still read the record",
        "records/actions/following.py", "return [contact for contact in contacts if may_be_told(contact, record)]",
        "return list(contacts)", *MARKS,
    ),
    gate(
        "marks: no mails to those who muted it",
        "records/actions/following.py", "[pk for pk in wanted if not said.get(pk)]", "list(wanted)", *MARKS,
    ),
    gate(
        "marks: a follow is of one type",
        "records/actions/following.py", "said = dict(Follow.objects.filter(**named(record)).values_list(",
        "said = dict(Follow.objects.filter(record_id=record.pk).values_list(", *MARKS,
    ),
    gate(
        "marks: a reading is its reader's own",
        "records/models/marking.py", "_beside(Reading, record_type).filter(contact=contact.pk)", "_beside(Reading, record_type)", *MARKS,
    ),
    gate(
        "marks: of one type and record",
        "records/models/marking.py", "filter(record_type=record_type, record_id=models.OuterRef(", "filter(record_id=models.OuterRef(", *MARKS,
    ),
    gate(
        "marks: a draft is its owner's own",
        "records/actions/marks.py", "return Draft.objects.filter(**_whose(owner), **named(about))", "return Draft.objects.filter(**named(about))", *MARKS,
    ),
    gate(
        "marks: only those of what is gone are swept",
        "records/actions/marks.py", "rows.filter(~models.Exists(record)).delete()", "rows.delete()", *MARKS,
    ),
    gate(
        "marks: a reply in a forum is told to those who may read it",
        "forums/notices.py", "if contact and may_be_told(contact, topic) and not", "if contact and not", FORUMS,
    ),
]  # fmt: skip
