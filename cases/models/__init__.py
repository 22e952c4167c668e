from cases.models.agents import agents
from cases.models.case import Case
from cases.models.case_queryset import CaseQuerySet
from cases.models.catalogue import (
    CLOSED,
    PAUSED,
    TRANSITIONS,
    CaseStatus,
    Priority,
    Product,
    RequestField,
    RequestType,
    StatusCategory,
)
from cases.models.checklists import CaseStep, Checklist, ChecklistStep
from cases.models.desk import (
    Composing,
    Queue,
    RoutingRule,
    SavedReply,
    SuggestionReading,
)
from cases.models.entitlement import Deduction, DeductionQuerySet, Entitlement, TimeEntry
from cases.models.message import Attachment, CaseMessage
from cases.models.participation import CaseParticipant
from cases.models.scheduled import ScheduledFile, ScheduledReply
from cases.models.settings import CaseDesk
from cases.models.sla import (
    BusinessCalendar,
    BusinessInterval,
    CaseClock,
    CasePause,
    ClosedDay,
    ResponseTarget,
    SlaPolicy,
)

__all__ = [
    "CLOSED",
    "PAUSED",
    "TRANSITIONS",
    "Attachment",
    "BusinessCalendar",
    "BusinessInterval",
    "Case",
    "CaseClock",
    "CaseDesk",
    "CaseMessage",
    "CaseParticipant",
    "CasePause",
    "CaseQuerySet",
    "CaseStatus",
    "CaseStep",
    "Checklist",
    "ChecklistStep",
    "ClosedDay",
    "Composing",
    "Deduction",
    "DeductionQuerySet",
    "Entitlement",
    "Priority",
    "Product",
    "Queue",
    "RequestField",
    "RequestType",
    "ResponseTarget",
    "RoutingRule",
    "SavedReply",
    "ScheduledFile",
    "ScheduledReply",
    "SlaPolicy",
    "StatusCategory",
    "SuggestionReading",
    "TimeEntry",
    "agents",
]
