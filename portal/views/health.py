from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lib.jobs import oldest_waiting_seconds


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """For the machine's own monitoring: the web process answers and reaches the database, and how long a job
    has been waiting for the worker. Old jobs are no reason to send visitors elsewhere: the status stays 200.
    """
    waiting = oldest_waiting_seconds()
    return HttpResponse(f"ok\noldest waiting job: {waiting} s\n", content_type="text/plain")
