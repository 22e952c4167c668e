from cases.forms.agents import AgentForm, MergeForm, QueueForm, SplitForm, StaffMessageForm, TimeEntryForm
from cases.forms.conversation import EditReplyForm, ReplyForm
from cases.forms.lists import CaseFilterForm
from cases.forms.opening import NewCaseForm

__all__ = [
    "AgentForm",
    "CaseFilterForm",
    "EditReplyForm",
    "MergeForm",
    "NewCaseForm",
    "QueueForm",
    "ReplyForm",
    "SplitForm",
    "StaffMessageForm",
    "TimeEntryForm",
]
