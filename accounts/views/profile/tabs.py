from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _


def profile_tabs(current: str) -> list[dict[str, Any]]:
    """The pages about the reader, for components/tabs.html; ``current`` is the name of one's address."""
    pages = [("profile", _("Profile")), ("security", _("Security")), ("personal_data", _("Your data"))]
    return [{"label": label, "url": reverse(name), "is_current": name == current} for name, label in pages]
