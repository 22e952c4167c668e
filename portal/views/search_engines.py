"""What search engines ask for first. Both say what visitors may read, whoever asks."""

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.site.http import SiteRequest
from portal.site.search_engines import OpenSite, Part

FOR_PEOPLE_ALONE = ("/accounts/", "/admin/", "/redeem/", "/search/")
XML = "application/xml"


class PartForm(forms.Form):
    of = forms.SlugField()
    part = forms.IntegerField(min_value=1, max_value=1_000_000)


@login_not_required
@require_safe
def robots_txt(request: SiteRequest) -> HttpResponse:
    if not OpenSite(request.configuration).is_told_of():
        return _text("User-agent: *", "Disallow: /")
    closed = (f"Disallow: {path}" for path in FOR_PEOPLE_ALONE)
    return _text("User-agent: *", *closed, "", f"Sitemap: {settings.BASE_URL}{reverse('sitemap')}")


def _text(*lines: str) -> HttpResponse:
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
def sitemap(request: SiteRequest) -> HttpResponse:
    """All addresses; of very many, the parts that they are in (``?of=article&part=2``), each within this one
    address, as what a map may speak of lies below it."""
    site = OpenSite(request.configuration)
    if not site.is_told_of():
        raise Http404
    if "part" in request.GET:
        form = PartForm(request.GET)
        if not form.is_valid():
            raise Http404
        found = site.within(Part(form.cleaned_data["of"], form.cleaned_data["part"]))
        return render(request, "portal/sitemap.xml", {"addresses": found}, content_type=XML)
    if site.holds_one_file():
        return render(request, "portal/sitemap.xml", {"addresses": site.everything()}, content_type=XML)
    context = {"parts": site.parts(), "url": settings.BASE_URL + reverse("sitemap")}
    return render(request, "portal/sitemap_index.xml", context, content_type=XML)
