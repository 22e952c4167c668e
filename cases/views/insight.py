"""How support went for an account, in charts."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.http import PortalRequest
from cases.display.insight_charts import month_charts
from cases.insight import last_months
from cases.models import Case


@require_safe
def insight(request: PortalRequest) -> HttpResponse:
    """For those who see all of their account's cases: the numbers are about all of them."""
    contact = request.contact
    if contact is None or contact.account_id is None or not contact.sees_colleagues(Case.record_type):
        raise PermissionDenied
    cases = Case.objects.visible_to(contact).filter(account=contact.account_id)
    context = {
        "crumbs": [(_("Cases"), reverse("cases:list")), (_("Insight"), "")],
        "account": contact.account,
        "charts": month_charts(cases, last_months(timezone.localdate())),
    }
    return render(request, "cases/insight.html", context)
