"""The floor that pages are measured against: a bare Django project, its signed-in user, one query, 25 rows,
one template.

A page's cost is told as a multiple of this one's, taken in the same minute: machines differ, the ratio stays.
"""

import os
import sys
from datetime import timedelta

import dj_database_url
import django
from django.conf import settings

BASE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{% block title %}Portal{% endblock %}</title></head>
<body><header><a href="/">Portal</a><nav><ul><li><a href="/">Home</a></li><li><a href="/rows/">Cases</a></li>
<li><a href="/articles/">Articles</a></li><li><a href="/forums/">Forums</a></li><li><a href="/invoices/">Invoices</a></li></ul></nav>
{{ user.first_name }} {{ user.last_name }}</header>
<main>{% block content %}{% endblock %}</main><footer>Portal</footer></body></html>"""
ROWS = """{% extends "base.html" %}{% block content %}<h1>Cases</h1><table>{% for row in rows %}
<tr><td><a href="/rows/{{ row.pk }}/">C-{{ row.pk }}</a></td><td>{{ row.subject }}</td><td>{{ row.status }}</td><td>{{ row.priority }}</td>
<td>{{ row.created|date:"Y-m-d H:i" }}</td><td>{{ row.updated|date:"Y-m-d H:i" }}</td></tr>{% endfor %}</table>{% endblock %}"""
LOADERS = [
    (
        "django.template.loaders.cached.Loader",
        [("django.template.loaders.locmem.Loader", {"base.html": BASE, "rows.html": ROWS})],
    )
]
PROCESSORS = ["django.template.context_processors.request", "django.contrib.auth.context_processors.auth"]

if not settings.configured:
    settings.configure(
        SECRET_KEY=os.environ["SECRET_KEY"],
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        DATABASES={"default": {**dj_database_url.parse(os.environ["DATABASE_URL"]), "CONN_MAX_AGE": None}},
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
        MIDDLEWARE=[
            "django.middleware.gzip.GZipMiddleware",  # a page is sent as the portal's are
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {"loaders": LOADERS, "context_processors": PROCESSORS},
            }
        ],
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    django.setup()

from django.contrib.auth.decorators import login_required  # noqa: E402 -- settings come first
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402


class Row(models.Model):
    owner = models.ForeignKey(User, on_delete=models.CASCADE, db_index=False)
    subject = models.CharField(max_length=200)
    status = models.CharField(max_length=20)
    priority = models.CharField(max_length=10)
    created = models.DateTimeField()
    updated = models.DateTimeField()

    class Meta:
        app_label = "floor"
        indexes = [models.Index(fields=["owner", "-updated"], name="floor_row_latest")]

    def __str__(self) -> str:
        return self.subject


@login_required
def rows(request: HttpRequest) -> HttpResponse:
    return render(
        request, "rows.html", {"rows": Row.objects.filter(owner_id=request.user.pk).order_by("-updated")[:25]}
    )


urlpatterns = [path("rows/", rows)]
application = get_wsgi_application()


def prepare() -> str:
    """Make the tables and rows, once; returns the name and value of a signed-in browser's cookie."""
    if Row._meta.db_table not in connection.introspection.table_names():
        call_command("migrate", verbosity=0)
        with connection.schema_editor() as editor:
            editor.create_model(Row)
        _fill(User.objects.create(username="pat", first_name="Pat", last_name="Doe"))
    browser = Client()
    browser.force_login(User.objects.get())
    return f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"


def _fill(owner: User) -> None:
    now = timezone.now()
    Row.objects.bulk_create(
        Row(
            owner=owner,
            subject=f"The freezer in hall {n} reports a fault every night",
            status="In progress",
            priority="high",
            created=now - timedelta(hours=n + 5),
            updated=now - timedelta(hours=n),
        )
        for n in range(60)
    )


if __name__ == "__main__":
    sys.stdout.write(prepare())
