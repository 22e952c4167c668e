"""What the frame of the administration shows."""

from typing import Any

from django import template
from django.forms import BoundField, Media
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from portal import staff_frame
from portal.staff_frame import StaffPage

register = template.Library()


@register.simple_tag(takes_context=True)
def staff_page(context: Any) -> StaffPage:
    """Outside blocks: what one sets there is not seen in the next."""
    return staff_frame.page_of(context.flatten())


@register.simple_tag(takes_context=True)
def staff_side(context: Any) -> SafeString:
    return staff_frame.side_bar(context["request"], token=context["csrf_token"], theme=context["theme"])


@register.filter
def named(field: BoundField) -> SafeString:
    """A field of a table, where no label of its own can be seen."""
    return field.as_widget() if field.is_hidden else field.as_widget(attrs={"aria-label": str(field.label)})


@register.simple_tag
def name_fields(formset: Any) -> str:
    """Each field that a list lets change says which column of which row it is."""
    for form in formset.forms if formset else ():
        for field in form.fields.values():
            field.widget.attrs.setdefault("aria-label", f"{field.label}: {form.instance}")
    return ""


@register.simple_tag
def form_sections(adminform: Any, formsets: Any) -> list[tuple[str, str]]:
    """Where each section of a form begins, and what it is called."""
    named = [
        (f"fieldset-0-{position}-heading", str(fieldset.name))
        for position, fieldset in enumerate(adminform or ())
        if fieldset.name
    ]
    below = [
        (f"{one.formset.prefix}-heading", str(capfirst(one.opts.verbose_name_plural)))
        for one in formsets or ()
    ]
    return named + below


SLUGS = ("admin/js/urlify.js", "admin/js/prepopulate.js", "admin/js/vendor/xregexp/xregexp")
"""What makes an address of a title while it is typed: a third of what a form would load."""


@register.simple_tag
def lean_media(media: Media, adminform: Any = None) -> SafeString:
    """The scripts and styles of a page; those for titles where one becomes an address."""
    if adminform and adminform.prepopulated_fields:
        return media.render()
    given: Any = media
    scripts = [script for script in given._js if not str(script).startswith(SLUGS)]
    return Media(css=given._css, js=scripts).render()
