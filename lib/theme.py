"""Light or dark: what the reader chose in this browser, "" to follow the system."""

from django.http import HttpRequest

THEMES = ("light", "dark")


def theme_of(request: HttpRequest) -> str:
    chosen = request.COOKIES.get("theme", "")
    return chosen if chosen in THEMES else ""
