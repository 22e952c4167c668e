"""The floor's own gates. The tests that notice are generated from what each surface declares: those of the
features are not asked."""

from tests.mutation.mutant import gate
from tests.mutation.noticing import ANSWERS, GENERATED, MARKS, RECORD_LISTS, STAFF_TALK, TALK

FLOOR = [
    gate(
        "floor of records: messages follow their record",
        "records/models/message.py", '**{f"{self.model.parent}__in": records}, visibility', "visibility", *GENERATED,
    ),
    gate(
        "floor of records: internal notes are for staff",
        "records/models/message.py", "records}, visibility=Message.Visibility.CUSTOMER)", "records})", *GENERATED,
    ),
    gate(
        "floor of records: attachments follow their message",
        "records/models/message.py", "return self.filter(message__in=self.model.message_model().objects.visible_to(contact))",
        "return self.all()", *GENERATED,
    ),
    gate(
        "floor of records: a file is fetched through the gate",
        "records/views/files.py", "files.objects.visible_to(request.contact)", "files.objects.all()",
        *GENERATED,
    ),
    gate(
        "floor of records: the page of a record that is talked about",
        "records/views/reading.py", "load(surface.visible_to(contact), contact)", "load(surface.model.objects.all(), contact)",
        *GENERATED,
    ),
    gate(
        "floor of records: only who has a part in a record replies",
        "records/views/conversation.py", "if not talk_of(surface).accepts(record, reader(request)):", "if False:", *TALK, *GENERATED,
    ),
    gate(
        "floor of records: who replies is decided again with the row locked",
        "records/actions/messages.py", "if actor.contact and not talk.accepts(record, actor.contact):", "if False:", *TALK, *GENERATED,
    ),
    gate(
        "floor of records: what is submitted twice is written once",
        "lib/submissions.py", "return rows.filter(submission=submission).first() if submission else None", "return None", *TALK, *GENERATED,
    ),
    gate(
        "floor of records: followed by those who may read the record",
        "records/views/following.py", "get_object_or_404(surface.visible_to(request.contact),",
        "get_object_or_404(surface.model._base_manager.all(),", *MARKS, *GENERATED,
    ),
    gate(
        "floor of records: followed by contacts alone",
        "records/views/following.py", "    if request.contact is None:\n        raise PermissionDenied\n", "", *MARKS, *GENERATED,
    ),
    gate(
        "floor of records: mails go to those who may still read the record",
        "records/actions/following.py", "return [contact for contact in contacts if _may_be_told(contact, record, site)]",
        "return list(contacts)", *MARKS, *GENERATED,
    ),
    gate(
        "floor of records: mails go to those who may still open its page",
        "records/actions/following.py", "contact.can_be_told and site.may_open(path_of(record), contact)", "contact.can_be_told",
        *MARKS, *GENERATED,
    ),
    gate(
        "floor of records: answers by mail count from those who may still open its page",
        "records/inbound/receive.py", "if record is None or not _opens_to(actor.contact, record):", "if record is None:", *ANSWERS, *GENERATED,
    ),
    gate(
        "floor of records: staff who may look at no such record get no file",
        "records/admin/conversation.py", "if not model_admin.has_view_permission(request, found.message.record):", "if False:", *STAFF_TALK,
    ),
    gate(
        "floor of records: staff who may not change a record write nothing about it",
        "records/admin/conversation.py", "record = row_of(model_admin, request, pk)",
        "record = get_object_or_404(model_admin.model, pk=pk)", *STAFF_TALK,
    ),
    gate(
        "floor of records: no mails to those who muted it",
        "records/actions/following.py", "[pk for pk in wanted if not said.get(pk)]", "list(wanted)", *MARKS, *GENERATED,
    ),
    gate(
        "floor of records: a follow is of one type",
        "records/actions/following.py", "said = dict(Follow.objects.filter(**named(record)).values_list(",
        "said = dict(Follow.objects.filter(record_id=record.pk).values_list(", *MARKS, *GENERATED,
    ),
    gate(
        "floor of records: a reading is its reader's own",
        "records/models/marking.py", "_beside(Reading, record_type).filter(contact=contact.pk)", "_beside(Reading, record_type)", *MARKS, *GENERATED,
    ),
    gate(
        "floor of records: of one type and record",
        "records/models/marking.py", "filter(record_type=record_type, record_id=models.OuterRef(", "filter(record_id=models.OuterRef(", *MARKS, *GENERATED,
    ),
    gate(
        "floor of records: a draft is its owner's own",
        "records/actions/marks.py", "return Draft.objects.filter(**whose(owner), **named(about))", "return Draft.objects.filter(**named(about))", *MARKS, *GENERATED,
    ),
    gate(
        "floor of records: only those of what is gone are swept",
        "records/actions/marks.py", "rows.filter(~models.Exists(record)).delete()", "rows.delete()", *MARKS, *GENERATED,
    ),
    gate(
        "floor of records: records that the reader may see",
        "records/pages.py", "visible = surface.visible_to(reader).filter(**{name", "visible = surface.model.objects.filter(**{name",
        *RECORD_LISTS, *GENERATED,
    ),
    gate(
        "floor of records: a file holds records that the reader may see",
        "records/pages.py", "visible = surface.visible_to(reader).filter(**within)", "visible = surface.model.objects.filter(**within)", *RECORD_LISTS, *GENERATED,
    ),
    gate(
        "floor of records: for those who may read records",
        "records/views/lists.py", 'if request.contact is None or not surface.can(request.contact, "read"):', "if request.contact is None:",
        *RECORD_LISTS, *GENERATED,
    ),
    gate(
        "floor of records: no draft about what its owner may no longer see is among their data",
        "records/personal_data.py", "models.Q(record_id=NEW) | models.Q(models.Exists(about))", "models.Q()", *GENERATED,
    ),
    gate(
        "floor of records: who took records out is recorded",
        "records/actions/exports.py",
        'record_download(actor=actor, verb=f"{record_type}.{EXPORTED}",', 'dict(actor=actor, verb=f"{record_type}.{EXPORTED}",', *RECORD_LISTS, *GENERATED,
    ),
    gate(
        "floor of records: another one's view is not deleted",
        "records/actions/saved_views.py", "**whose(owner), record_type=record_type, pk=pk).delete()",
        "record_type=record_type, pk=pk).delete()", *RECORD_LISTS, *GENERATED,
    ),
    gate(
        "floor of records: another one's view is not shown",
        "records/pages.py",
        "views = SavedView.objects.filter(contact=reader.pk, record_type=surface.name)", "views = SavedView.objects.all()", *RECORD_LISTS, *GENERATED,
    ),
    gate(
        "floor of records: one's own words alone are changed on the page",
        "records/views/conversation.py", "about(record).by(reader(request)), pk=pk)", "about(record), pk=pk)", *TALK, *GENERATED,
    ),
    gate(
        "floor of records: one's own words alone are changed by the action",
        "records/actions/messages.py", "if actor.contact is None or message.author_contact_id != actor.contact.pk:", "if False:",
        *TALK, *GENERATED,
    ),
    gate(
        "floor of records: what is found is what the reader may see",
        "portal/views/search.py", "search.find(surface.visible_to(contact), words)",
        "search.find(surface.model.objects.all(), words)", *GENERATED,
    ),
    gate(
        "floor of records: what is suggested is what the reader may see",
        "portal/views/search.py", "search.suggest(surface.visible_to(contact), words, contact)",
        "search.suggest(surface.model.objects.all(), words, contact)", *GENERATED,
    ),
    gate(
        "floor of records: a case that waits is one that the reader may see",
        "cases/surface.py", "Case.objects.visible_to(contact).waiting_for_customer()",
        "Case.objects.waiting_for_customer()", *GENERATED,
    ),
    gate(
        "floor of records: an invoice that waits is one that the reader may see",
        "invoices/surface.py", "Invoice.objects.visible_to(contact).overdue(today)",
        "Invoice.objects.overdue(today)", *GENERATED,
    ),
    gate(
        "floor of records: a loan that waits is one that the reader may see",
        "tests/example_app/loans/surface.py", "Loan.objects.visible_to(contact).late(today)",
        "Loan.objects.late(today)", *GENERATED,
    ),
    gate(
        "floor of records: cases on the home page are those that the reader may see",
        "cases/surface.py", "Case.objects.visible_to(contact).active()",
        "Case.objects.active()", *GENERATED,
    ),
    gate(
        "floor of records: invoices on the home page are those that the reader may see",
        "invoices/surface.py", "Invoice.objects.visible_to(contact)[:ON_HOME]",
        "Invoice.objects.issued()[:ON_HOME]", *GENERATED,
    ),
    gate(
        "floor of records: loans on the home page are those that the reader may see",
        "tests/example_app/loans/surface.py", "Loan.objects.visible_to(contact).out()",
        "Loan.objects.out()", *GENERATED,
    ),
    gate(
        "floor of records: the address of an answer must be as it was made",
        "records/reply_address.py", 'if not constant_time_compare(_signature(token), written["signature"]) or ',
        "if ", *ANSWERS, *GENERATED,
    ),
    gate(
        "floor of records: an answer goes into what its sender may see",
        "records/inbound/receive.py", "surface.visible_to(actor.contact) if actor.contact else surface",
        "surface", *ANSWERS, *GENERATED,
    ),
    gate(
        "floor of records: an answer comes from the person whom we wrote to",
        "records/inbound/receive.py", "contact.can_be_told and sender in {contact.email.lower(), *_confirmed(contact.user)}:",
        "contact.can_be_told:", *ANSWERS, *GENERATED,
    ),
    gate(
        "floor of records: a draft beside a record is its owner's own",
        "records/models/marking.py", "_beside(Draft, record_type).filter(contact=contact.pk)",
        "_beside(Draft, record_type)", *MARKS, *GENERATED,
    ),
    gate(
        "floor of records: a follow beside a record is its owner's own",
        "records/models/marking.py", "_beside(Follow, record_type).filter(contact=contact.pk)",
        "_beside(Follow, record_type)", *MARKS, *GENERATED,
    ),
    gate(
        "floor of records: the file of somebody's data holds what they said in cases",
        "cases/personal_data.py", "CaseMessage.objects.visible_to(contact).filter(author_contact=contact)",
        "CaseMessage.objects.visible_to(contact)", *GENERATED,
    ),
    gate(
        "floor of records: the file of somebody's data holds what they said about loans",
        "tests/example_app/loans/surface.py", "LoanMessage.objects.visible_to(contact).by(contact)",
        "LoanMessage.objects.visible_to(contact)", *GENERATED,
    ),
]  # fmt: skip
