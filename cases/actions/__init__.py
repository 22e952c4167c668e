"""What happens to a case over several rows: each action writes its rows, one activity and the mails in one
transaction."""

from cases.actions.answering import Then, answer_case
from cases.actions.checklists import add_checklist, remove_checklist, tick_step
from cases.actions.composing import colleagues_writing, note_composing, stop_composing
from cases.actions.entitlements import (
    correct_statement,
    entitlement_for,
    next_entitlement,
    offered_priorities,
)
from cases.actions.handover import count_open_cases, hand_over_cases
from cases.actions.mentions import write_note
from cases.actions.merge import merge_cases, split_case, why_not_merged
from cases.actions.messages import add_internal_note, reply_to_case
from cases.actions.opening import open_case
from cases.actions.participants import add_participants, remove_participant
from cases.actions.promises import warn_of_promises
from cases.actions.scheduling import schedule_reply, send_due_replies, take_back_reply
from cases.actions.status import (
    assign_case,
    attend_to_waiting_cases,
    change_priority,
    change_status,
    close_case,
    escalate_case,
    rate_case,
    reopen_case,
    reopening_window,
)
from cases.actions.triage import change_entitlement, move_to_queue, reclassify, why_not_drawn_from
from cases.actions.work import enter_time, take_back_time

__all__ = [
    "Then",
    "add_checklist",
    "add_internal_note",
    "add_participants",
    "answer_case",
    "assign_case",
    "attend_to_waiting_cases",
    "change_entitlement",
    "change_priority",
    "change_status",
    "close_case",
    "colleagues_writing",
    "correct_statement",
    "count_open_cases",
    "enter_time",
    "entitlement_for",
    "escalate_case",
    "hand_over_cases",
    "merge_cases",
    "move_to_queue",
    "next_entitlement",
    "note_composing",
    "offered_priorities",
    "open_case",
    "rate_case",
    "reclassify",
    "remove_checklist",
    "remove_participant",
    "reopen_case",
    "reopening_window",
    "reply_to_case",
    "schedule_reply",
    "send_due_replies",
    "split_case",
    "stop_composing",
    "take_back_reply",
    "take_back_time",
    "tick_step",
    "warn_of_promises",
    "why_not_drawn_from",
    "why_not_merged",
    "write_note",
]
