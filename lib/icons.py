"""Icons of the sprite static/img/icons.svg."""

from functools import lru_cache

from django.forms.utils import flatatt
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString


def icon(name: str, label: str = "") -> SafeString:
    """``name``: id of a symbol in the sprite. ``label``: only for an icon that stands alone."""
    return _icon(static("img/icons.svg"), name, str(label))


@lru_cache(maxsize=2_000)
def _icon(sprite: str, name: str, label: str) -> SafeString:
    spoken = flatatt({"role": "img", "aria-label": label} if label else {"aria-hidden": "true"})
    return format_html('<svg class="icon"{}><use href="{}#{}"/></svg>', spoken, sprite, name)
