"""Colleagues who take part in a case."""

from django.db import models

from records.models.participation import Participant, once_in


class CaseParticipant(Participant):
    """A colleague who is kept in the loop: reads the case, answers in it and gets its mails."""

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="participants")

    class Meta(Participant.Meta):
        constraints, indexes = once_in("case", "cases_caseparticipant")
