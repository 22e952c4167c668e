from records.models.authorship import Authored
from records.models.marks import Draft, Follow, Reading, SavedView
from records.models.participation import Participant

__all__ = ["Authored", "Draft", "Follow", "Participant", "Reading", "SavedView"]
