from cases.forms.agents import AgentForm, MergeForm, QueueForm, SplitForm, TimeEntryForm
from cases.forms.composing import StaffMessageForm
from cases.forms.desk import LoopForm, OpenCaseForm
from cases.forms.lists import CaseListForm
from cases.forms.opening import NewCaseForm

__all__ = [
    "AgentForm",
    "CaseListForm",
    "LoopForm",
    "MergeForm",
    "NewCaseForm",
    "OpenCaseForm",
    "QueueForm",
    "SplitForm",
    "StaffMessageForm",
    "TimeEntryForm",
]
