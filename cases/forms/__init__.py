from cases.forms.agents import AgentForm, MergeForm, QueueForm, SplitForm, StaffMessageForm, TimeEntryForm
from cases.forms.desk import LoopForm, OpenCaseForm
from cases.forms.lists import CaseFilterForm
from cases.forms.opening import NewCaseForm

__all__ = [
    "AgentForm",
    "CaseFilterForm",
    "LoopForm",
    "MergeForm",
    "NewCaseForm",
    "OpenCaseForm",
    "QueueForm",
    "SplitForm",
    "StaffMessageForm",
    "TimeEntryForm",
]
