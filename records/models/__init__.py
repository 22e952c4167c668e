from records.models.authorship import Authored, Written
from records.models.inbound import InboundMail
from records.models.marks import Draft, Follow, Reading, SavedView
from records.models.message import Attachment, Message, once_and_in_order
from records.models.participation import Participant

__all__ = [
    "Attachment",
    "Authored",
    "Draft",
    "Follow",
    "InboundMail",
    "Message",
    "Participant",
    "Reading",
    "SavedView",
    "Written",
    "once_and_in_order",
]
