"""Where a case stands in the list that an agent came from, which is carried along as ``?in=<its query>``."""

from django.urls import reverse

from accounts.models import User
from cases.admin.desk.filters import DeskFilter
from cases.admin.desk.finding import found, values_of
from cases.admin.desk.people import people_meant
from cases.models import Case


def next_case(query: str, case: Case, *, agent: User) -> Case | None:
    """The first case behind ``case`` in the list that ``query`` asks for ("state=late&queue=3"; "" for all
    active ones), or None at its end. By one query; only the number is loaded.

    ``case`` stands where its columns say: ask with the row as it was before it was answered, or its place has
    moved. Whoever may see cases sees all of them, so ask for that right first.
    """
    shown = DeskFilter.written(query)
    cut, people = shown.cut_after(case), people_meant(shown.words, agent.pk)
    return found(shown, cut, people, **values_of(shown, cut, agent.pk)).only("number").first()


def list_address(query: str) -> str:
    """Of the list, in its own spelling: what makes no sense in ``query`` leads nowhere else."""
    spelled = DeskFilter.written(query).as_query()
    return reverse("admin:desk") + (f"?{spelled}" if spelled else "")
