from cases.forms.agents import AgentForm, MergeForm, QueueForm, SplitForm, StaffMessageForm, TimeEntryForm
from cases.forms.conversation import EditReplyForm, ReplyForm
from cases.forms.desk import LoopForm, OpenCaseForm
from cases.forms.lists import CaseListForm
from cases.forms.opening import NewCaseForm

__all__ = [
    "AgentForm",
    "CaseListForm",
    "EditReplyForm",
    "LoopForm",
    "MergeForm",
    "NewCaseForm",
    "OpenCaseForm",
    "QueueForm",
    "ReplyForm",
    "SplitForm",
    "StaffMessageForm",
    "TimeEntryForm",
]
