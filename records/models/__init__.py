from records.models.authorship import Authored, Written
from records.models.marks import Draft, Follow, Reading, SavedView
from records.models.message import Attachment, Message, once_and_in_order

__all__ = [
    "Attachment",
    "Authored",
    "Draft",
    "Follow",
    "Message",
    "Reading",
    "SavedView",
    "Written",
    "once_and_in_order",
]
