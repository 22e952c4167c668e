from records.models.authorship import Authored
from records.models.marks import Draft, Follow, Reading, SavedView

__all__ = ["Authored", "Draft", "Follow", "Reading", "SavedView"]
