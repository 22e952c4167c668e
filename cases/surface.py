"""What the shell knows of cases."""

from cases.display.case_rows import case_line
from cases.listing import CASE_LIST
from cases.models import Case
from records.surfaces import Surface, declare

CASES = declare(
    Surface(
        model=Case,
        icon="life-preserver",
        namespace="cases",
        path="/cases/",
        line=case_line,
        listing=CASE_LIST,
    )
)
