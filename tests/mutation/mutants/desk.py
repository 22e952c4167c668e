"""The case desk: who takes part in a case, what a contract shows, what comes by mail, what agents see of each other."""

from tests.mutation.mutant import gate
from tests.mutation.noticing import (
    DESK_CONDUCT,
    DESK_GROUPS,
    DESK_MAIL,
    DESK_OPENING,
    DESK_STATEMENTS,
    ROUTES,
    SUGGESTIONS,
)

PARTICIPANTS = [
    gate(
        "participants: read within their account",
        "cases/models/case_queryset.py",
        "return self._joined_by(contact) & within_account", "return self._joined_by(contact)", *DESK_CONDUCT,
    ),
    gate(
        "participants: their own cases within their account",
        "cases/models/case_queryset.py",
        "models.Q(contact=contact.pk, account=contact.account_id)", "models.Q(contact=contact.pk)", *DESK_CONDUCT,
    ),
    gate(
        "participants: read while they may read cases of their own",
        "cases/models/case_queryset.py",
        'granted_scope(contact, "read", self.model.record_type) != Scope.CONTACT',
        'granted_scope(contact, "read", self.model.record_type) in (Scope.GLOBAL, Scope.ACCOUNT)', *DESK_CONDUCT,
    ),
    gate(
        "participants: following gives no right to read",
        "cases/models/case_queryset.py",
        "self._is_own(contact) | self._was_asked_to_join(contact))", "self._is_own(contact) | self._was_asked_to_join(contact) | models.Q(pk__in=followed_records(contact, 'case')))", *DESK_CONDUCT,
    ),
    gate(
        "participants: joining lets read and nothing else",
        "cases/models/case_queryset.py",
        'contact is None or privilege != "read" or granted_scope(', "contact is None or granted_scope(",
        *DESK_CONDUCT,
    ),
    gate(
        "participants: read the cases that they have joined and no others",
        "cases/models/case_queryset.py",
        "CaseParticipant.objects.filter(contact=contact.pk).order_by()", "CaseParticipant.objects.order_by()",
        *DESK_CONDUCT,
    ),
    gate(
        "participants: answer in the cases that they have joined and no others",
        "cases/models/case.py", "return CaseParticipant.objects.filter(case=self, contact=contact).exists()",
        "return True", *DESK_CONDUCT, "tests/cases/test_conversation.py",
    ),
    gate(
        "participants: answer within their account",
        "cases/models/case.py", " or contact.account_id != self.account_id or not", " or not",
        *DESK_CONDUCT,
    ),
    gate(
        "participants: answer while they may open cases",
        "cases/models/case.py", ' or not can(contact, "create", Case):', ":", *DESK_CONDUCT,
    ),
    gate(
        "participants: colleagues of the account alone are taken",
        "cases/actions/participants.py", "if any(contact.account_id != case.account_id or case.account_id is None or", "if any(",
        *DESK_CONDUCT, *DESK_OPENING,
    ),
    gate(
        "participants: who is deactivated is not taken",
        "cases/actions/participants.py", "or not contact.is_usable for contact in contacts", "for contact in contacts",
        *DESK_CONDUCT, *DESK_OPENING,
    ),
    gate(
        "participants: colleagues of the account alone are offered",
        "cases/forms/conduct.py", "Contact.objects.of_account(contact.account_id).signing_in()", "Contact.objects.signing_in()",
        *DESK_CONDUCT, *DESK_OPENING,
    ),
    gate(
        "participants: removed by those who may answer",
        "cases/views/conduct.py", "    if not may_add(case, reader(request), timezone.now()):\n        raise PermissionDenied\n", "",
        *DESK_CONDUCT,
    ),
    gate(
        "participants: mails go to those who may still see the case",
        "records/actions/following.py",
        "return is_open and bool(visible.filter(pk=record.pk).exists())", "return is_open",
        *DESK_CONDUCT, "tests/cases/test_conversation.py",
    ),
    gate(
        "participants: mails go to those who can sign in",
        "records/actions/following.py", "is_open = contact.can_be_told and site", "is_open = site", "tests/cases/test_conversation.py",
    ),
    gate(
        "participants: the report of readers names them",
        "portal/access/readers.py", ", joined=subject.joined)", ")", "tests/portal/test_access_readers.py",
    ),
    gate(
        "participants: the report of a change counts what they lose",
        "portal/access/moves.py", 'return own | Q(pk__in=_joinings(kind, contacts).values("record")) if kind.joined else own', "return own",
        "tests/portal/test_access_impact.py",
    ),
    gate(
        "participants: the report of a change counts nothing of colleagues that they have joined",
        "portal/access/moves.py", " & ~_known_to_all(kind, contacts, people_of)", "", "tests/portal/test_access_impact.py",
    ),
    gate(
        "participants: the report of a change counts nothing that all have joined",
        "portal/access/moves.py", "if narrow == Scope.ACCOUNT or not kind.joined:", "if True:",
        "tests/portal/test_access_impact.py",
    ),
]  # fmt: skip

DEEDS = [
    gate(
        "deeds: closed by those who work on the case",
        "cases/models/case.py", "return not self.is_closed and self._is_worked_on_by(contact)", "return not self.is_closed", *DESK_CONDUCT,
    ),
    gate(
        "deeds: reopened by those who work on the case",
        "cases/models/case.py", "not self.is_settled(window, now) and self._is_worked_on_by(contact)", "not self.is_settled(window, now)",
        *DESK_CONDUCT,
    ),
    gate(
        "deeds: rated by the contact of the case",
        "cases/models/case.py", "self.category == StatusCategory.RESOLVED and contact is not None and contact.pk == self.contact_id",
        "self.category == StatusCategory.RESOLVED", *DESK_CONDUCT,
    ),
    gate(
        "deeds: the contact of a case works on it while they may open cases",
        "cases/models/case.py", 'contact.pk == self.contact_id and can(contact, "create", self))', "contact.pk == self.contact_id)",
        *DESK_CONDUCT,
    ),
    gate(
        "deeds: the page of a deed is for those who may do it",
        "cases/views/conduct.py", "if not chosen.may(case, contact, timezone.now()):", "if False:", *DESK_CONDUCT,
    ),
    gate(
        "deeds: closing is decided again with the row locked",
        "cases/actions/status.py", "if not case.may_be_closed_by(actor.contact) or category not in CLOSED:", "if category not in CLOSED:",
        *DESK_CONDUCT,
    ),
    gate(
        "deeds: reopening is decided again with the row locked",
        "cases/actions/status.py", "if not case.may_be_reopened_by(actor.contact, window=reopening_window(), now=now):", "if False:",
        *DESK_CONDUCT,
    ),
    gate(
        "deeds: rating is decided again with the row locked",
        "cases/actions/status.py", "if not case.may_be_rated_by(actor.contact):", "if False:", *DESK_CONDUCT,
    ),
    gate(
        "deeds: a merged case leads on to what the reader may see",
        "cases/case_page.py", "Case.objects.visible_to(reader).for_page(reader).filter(pk=case.merged_into_id)",
        "Case.objects.for_page(reader).filter(pk=case.merged_into_id)", "tests/cases/test_merge.py",
    ),
    gate(
        "deeds: cases of one account are merged",
        "cases/actions/merge.py", "if case.account_id != into.account_id or (", "if (", "tests/cases/test_merge.py",
    ),
    gate(
        "deeds: of individual customers, cases of one are merged",
        "cases/actions/merge.py", "or (case.account_id is None and case.contact_id != into.contact_id):", "or False:",
        "tests/cases/test_merge.py",
    ),
    gate(
        "deeds: a closed case that the contact sees is followed up",
        "cases/forms/opening.py", "Case.objects.visible_to(contact).closed()", "Case.objects.closed()", *DESK_OPENING,
    ),
    gate(
        "deeds: a draft of a new case is its writer's own",
        "records/actions/marks.py", "return Draft.objects.filter(**whose(owner), **named(about))", "return Draft.objects.filter(**named(about))",
        "tests/cases/test_drafts.py",
    ),
    gate(
        "deeds: a draft of a reply is its writer's own",
        "records/models/marking.py",
        "_beside(Draft, record_type).filter(contact=contact.pk)", "_beside(Draft, record_type)", "tests/cases/test_drafts.py", "tests/cases/test_conduct.py",
    ),
]  # fmt: skip

LISTS = [
    gate(
        "lists: insight is for those who see the account's cases",
        "cases/views/insight.py", "or contact.account_id is None or not contact.sees_colleagues(Case.record_type):", "or False:",
        "tests/cases/test_insight.py", *ROUTES,
    ),
    gate(
        "lists: insight is into the account's cases",
        "cases/views/insight.py", "Case.objects.visible_to(contact).filter(account=contact.account_id)", "Case.objects.all()",
        "tests/cases/test_insight.py",
    ),
    gate(
        "suggestions: cases of the reader's account",
        "cases/surface.py", "own = rows.filter(account=contact.account_id if contact else None)", "own = rows", *SUGGESTIONS,
    ),
]  # fmt: skip

ENTITLEMENTS = [
    gate(
        "entitlements: the list",
        "cases/views/entitlements.py",
        'rows = Entitlement.objects.visible_to(request.contact).with_consumption().select_related("product")\n    current',
        'rows = Entitlement.objects.with_consumption().select_related("product")\n    current', *DESK_STATEMENTS,
    ),
    gate(
        "entitlements: the statement",
        "cases/views/entitlements.py",
        'rows = Entitlement.objects.visible_to(request.contact).with_consumption().select_related("product")\n    return',
        'rows = Entitlement.objects.with_consumption().select_related("product")\n    return', *DESK_STATEMENTS, *ROUTES,
    ),
    gate(
        "entitlements: for those who may read them",
        "cases/views/entitlements.py", 'if not can(request.contact, "read", Entitlement):', "if False:", *DESK_STATEMENTS, *ROUTES,
    ),
    gate(
        "entitlements: a statement tells of cases that its reader may see",
        "cases/views/entitlements.py", "for_reader(Case.objects.visible_to(request.contact))", "for_reader(Case.objects.all())",
        *DESK_STATEMENTS,
    ),
    gate(
        "entitlements: what an agent noted is for those who see the case",
        "cases/display/statement.py", 'deduction.note if is_visible or deduction.time_entry_id is None else ""', "deduction.note", *DESK_STATEMENTS,
    ),
    gate(
        "entitlements: the page of a case names the contract to those who may read it",
        "cases/case_page.py", 'case.entitlement if case.entitlement and can(contact, "read", case.entitlement) else None',
        "case.entitlement", *DESK_STATEMENTS,
    ),
    gate(
        "entitlements: an account draws from its own",
        "cases/models/entitlement.py", "filter(products, account=account_id) if account_id", "filter(products) if account_id",
        "tests/cases/test_entitlements.py",
    ),
    gate(
        "entitlements: a line is corrected in its own statement",
        "cases/admin/entitlements.py", "pk=line, entitlement=entitlement)", "pk=line)", "tests/cases/test_admin_desk.py",
    ),
]  # fmt: skip

MAIL = [
    gate(
        "mail: the address must be as it was made",
        "records/reply_address.py", 'if not constant_time_compare(_signature(token), written["signature"]) or ', "if ", *DESK_MAIL,
    ),
    gate(
        "mail: the address holds for a time",
        "records/reply_address.py", ' or _is_over(int(found["day"])):', ":", *DESK_MAIL,
    ),
    gate(
        "mail: the sender must be the contact whom we wrote to",
        "records/inbound/receive.py", "contact.can_be_told and sender in {contact.email.lower(), *_confirmed(contact.user)}:",
        "contact.can_be_told:", *DESK_MAIL,
    ),
    gate(
        "mail: a contact who was deactivated writes no more",
        "records/inbound/receive.py", "if contact and contact.can_be_told and sender in", "if contact and sender in", *DESK_MAIL,
    ),
    gate(
        "mail: the sender must be the agent whom we wrote to",
        "records/inbound/receive.py", ' and agent.has_perm(surface.staff_permission) and sender in _confirmed(agent):',
        ' and agent.has_perm(surface.staff_permission):', *DESK_MAIL,
    ),
    gate(
        "mail: an agent needs the right to work on cases",
        "records/inbound/receive.py", 'if agent and agent.has_perm(surface.staff_permission) and', "if agent and", *DESK_MAIL,
    ),
    gate(
        "mail: an address counts once it is confirmed",
        "records/inbound/receive.py", "EmailAddress.objects.filter(user=user, verified=True)", "EmailAddress.objects.filter(user=user)",
        *DESK_MAIL,
    ),
    gate(
        "mail: answers go into cases that the sender may see",
        "records/inbound/receive.py", "surface.visible_to(actor.contact) if actor.contact else surface", "surface",
        *DESK_MAIL,
    ),
    gate(
        "mail: what the sender's domain disowns is refused",
        "records/inbound/receive.py", 'if mail.dmarc == "fail":', "if False:", *DESK_MAIL,
    ),
    gate(
        "mail: an agent's answer takes a mail server that vouches for it",
        "records/inbound/receive.py", 'if mail.dmarc == "pass":', "if True:", *DESK_MAIL,
    ),
    gate(
        "mail: the topmost verdict counts",
        "records/inbound/automatic.py", 'bare(ours).split(";")[1:]', 'bare(";".join(results)).split(";")[1:]', *DESK_MAIL,
    ),
    gate(
        "mail: an address behind a comment is nobody's",
        "lib/mail_text/sender.py", "_COMMENT = r'(?:\\([^()<>@,:;\"\\\\]*\\))'", "_COMMENT = r'(?:\\([^()]*\\))'", *DESK_MAIL,
    ),
    gate(
        "mail: a verdict is about the sender's domain",
        "records/inbound/automatic.py", "if all(_is_about(part, sender) for part in found)", "if found", *DESK_MAIL,
    ),
    gate(
        "mail: an address to answer to is good for some months",
        "records/reply_address.py", ' or _is_over(int(found["day"])):', ":", *DESK_MAIL,
    ),
    gate(
        "mail: signed addresses are left out of texts",
        "records/inbound/parse.py", "without_reply_addresses(parts.text)", "parts.text", *DESK_MAIL,
    ),
    gate(
        "mail: a forwarded mail hands on no signed address",
        "records/inbound/parts.py", "return without_reply_addresses(text).encode(", "return text.encode(", *DESK_MAIL,
    ),
    gate(
        "mail: what a program writes waits for an agent",
        "records/inbound/receive.py", "if mail.kind is Kind.PROGRAM and not stored.is_released:", "if False:",
        "tests/cases/test_inbound_machines.py",
    ),
    gate(
        "mail: a program is not answered",
        "records/inbound/parse.py", "return self.kind is Kind.PERSON and", "return", "tests/cases/test_inbound_machines.py",
    ),
    gate(
        "mail: a flood is held back",
        "records/inbound/receive.py", "if _writes_too_much(stored):", "if False:", *DESK_MAIL,
    ),
    gate("mail: deliveries are signed", "records/views/inbound.py", "if not _is_signed(request, raw):", "if False:", *DESK_MAIL),
    gate(
        "mail: an old delivery is refused",
        "records/views/inbound.py", " or abs(time.time() - int(timestamp[:15])) > TOLERANCE_SECONDS", "", *DESK_MAIL,
    ),
    gate(
        "mail: the moment is signed with the message",
        "records/views/inbound.py", 'f"{timestamp}.".encode() + raw, sha256', "raw, sha256", *DESK_MAIL,
    ),
    gate(
        "mail: no door without a secret",
        "records/views/inbound.py", "    if not settings.MAIL_IN_SECRET:\n        raise Http404\n", "", *DESK_MAIL,
    ),
]  # fmt: skip

PAGE = "    if not model_admin.has_view_permission(request):\n        raise PermissionDenied\n"
REFUSAL = "        if not self.has_view_permission(request):\n            raise PermissionDenied\n"
CASE_ON_DESK = "tests/cases/test_case_properties.py"
STAFF = [
    gate(
        "staff: pages of the desk are for those who may change its rows",
        "accounts/admin/base.py", "or not model_admin.has_change_permission(request):", "or False:", *DESK_GROUPS,
    ),
    gate(
        "staff: the start page counts what the person may open",
        "lib/admin_start.py", "if _may(model_admin, one.right, request):", "if True:",
        "tests/portal/test_start_page.py",
    ),
    gate(
        "desk: the list of cases is for those who may see cases",
        "cases/admin/desk/views.py", "if not model_admin.has_view_permission(request):", "if False:", "tests/cases/test_desk_list.py",
    ),
    gate(
        "desk: what becomes of several cases is up to those who may change cases",
        "cases/admin/desk/deeds.py", "if not model_admin.has_change_permission(request):", "if False:", "tests/cases/test_desk_deeds.py", "tests/cases/test_desk_list.py",
    ),
    gate(
        "desk: Django's list, of which popups remain",
        "cases/admin/case.py", REFUSAL, "", "tests/cases/test_desk_list.py",
    ),
    gate(
        "desk: a view of others is seen by the group that it is shared with",
        "cases/admin/desk/frame.py", "SavedView.objects.filter(Q(user=me) | Q(group__in=groups), record_type=VIEWS)", "SavedView.objects.filter(record_type=VIEWS)", "tests/cases/test_desk_list.py",
    ),
    gate(
        "desk: a view is shared with a group of one's own",
        "cases/admin/desk/frame.py", "return groups if is_superuser else groups.filter(user=agent)", "return groups", "tests/cases/test_desk_list.py",
    ),
    gate(
        "desk: rights of staff are their own and their groups'",
        "accounts/backends.py", "objects.filter(models.Q(pk__in=own) | models.Q(pk__in=of_groups))", "objects.all()", "tests/cases/test_desk_list.py", *DESK_GROUPS,
    ),
    gate("staff: insight into cases", "cases/admin/insight.py", PAGE, "", *DESK_GROUPS),
    gate("staff: trying a case on the routing rules", "cases/admin/handling.py", REFUSAL, "", *DESK_GROUPS),
    gate("staff: a mail as it came", "records/admin/inbound.py", REFUSAL, "", *DESK_GROUPS),
    gate("staff: files of cases", "cases/admin/case_page/composer.py", PAGE, "", *DESK_GROUPS),
    gate(
        "staff: the page of a case",
        "cases/admin/case_page/page.py", f"{PAGE}    response: HttpResponse", "    response: HttpResponse", CASE_ON_DESK,
    ),
    gate(
        "staff: the next case",
        "cases/admin/case_page/page.py", f"{PAGE}    case = Case.objects", "    case = Case.objects", CASE_ON_DESK,
    ),
    gate(
        "staff: what is like a case",
        "cases/admin/case_page/page.py", f"{PAGE}    case: Case = get", "    case: Case = get", CASE_ON_DESK,
    ),
    gate(
        "staff: whoever may only view a case writes nothing",
        "cases/admin/case_page/page.py", "    if not may_write:\n", "    if False:\n", CASE_ON_DESK,
    ),
    gate(
        "staff: an agent's own replies are nobody else's on a case's page",
        "cases/admin/case_page/options.py", "SavedReply.objects.filter(Q(owner=None) | Q(owner=agent), is_active=True)",
        "SavedReply.objects.filter(Q(pk=agent) | Q(), is_active=True)", "tests/cases/test_admin_case_page.py",
    ),
    gate(
        "staff: names of colleagues are for agents",
        "cases/admin/case_page/composer.py",
        "    if not model_admin.has_change_permission(request):\n        raise PermissionDenied\n    words", "    words",
        "tests/cases/test_mentions.py",
    ),
    gate(
        "staff: nobody is mentioned who may not read cases",
        "cases/models/agents.py", "Q(is_superuser=True) | Q(pk__in=able), is_staff=True", "is_staff=True",
        "tests/cases/test_mentions.py",
    ),
    gate(
        "staff: a scheduled reply goes only in the name of who may answer",
        "cases/actions/scheduling.py", 'if not (author.is_active and author.is_staff and author.has_perm("cases.change_case")):',
        "if False:", "tests/cases/test_scheduled_replies.py",
    ),
    gate(
        "staff: preview of what an agent types",
        "cases/admin/case_page/composer.py", 'if request.method != "POST" or not model_admin.has_change_permission(request):', "if False:", *DESK_GROUPS,
    ),
    gate(
        "staff: a mail is added to a case by those who may change cases",
        "records/admin/inbound.py", "if one.talk and user.has_perm(one.staff_permission)", "if one.talk", "tests/cases/test_admin_inbound.py",
    ),
    gate(
        "staff: an agent's own replies are nobody else's in the list",
        "cases/admin/handling.py", "rows if request.user.is_superuser else rows.filter(Q(owner=None) | Q(owner=request.user.pk))", "rows",
        "tests/cases/test_admin_desk.py",
    ),
    gate(
        "staff: an agent's own replies are nobody else's in a case",
        "cases/display/saved_replies.py", "SavedReply.objects.filter(Q(owner=None) | Q(owner=agent.pk), is_active=True)",
        "SavedReply.objects.filter(is_active=True)", "tests/cases/test_admin_case_page.py", "tests/cases/test_admin_desk.py",
    ),
    gate(
        "staff: an article is made of what customers read",
        "portal/admin/case_articles.py", "filter(case=case, visibility=CaseMessage.Visibility.CUSTOMER)", "filter(case=case)",
        "tests/cases/test_case_articles.py",
    ),
    gate(
        "staff: an article is made by those who may write articles",
        "portal/admin/case_articles.py",
        '    if not request.user.has_perm("knowledgebase.add_article"):\n        raise PermissionDenied\n', "",
        "tests/cases/test_case_articles.py",
    ),
]  # fmt: skip

DESK = [*PARTICIPANTS, *DEEDS, *LISTS, *ENTITLEMENTS, *MAIL, *STAFF]
