"""What the shell knows of cases."""

from accounts.models import Contact
from cases.actions.messages import TALK
from cases.models import Case
from records.surfaces import Badge, Line, Surface, declare


def line(case: Case, reader: Contact | None) -> Line:
    status = case.status_for(reader) if reader else case.status_for_customer
    return Line(
        title=case.subject,
        url=case.get_absolute_url(),
        facts=(case.number, status),
        badges=(Badge(case.badge, status),),
        at=case.updated_at,
    )


CASES = declare(
    Surface(
        model=Case,
        icon="life-preserver",
        namespace="cases",
        path="/cases/",
        line=line,
        talk=TALK,
        follows=True,
    )
)
