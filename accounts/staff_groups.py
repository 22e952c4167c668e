"""Groups of staff that every installation starts with, and what each may do in the administration.

Each app says in its configuration (``apps.py``) which rights to its models they have. A migration creates the
groups once; superusers change them afterwards. What a later model adds comes with a migration of its own that
calls ``extend``. Roles of contacts are something else: see accounts.shipped.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import AppConfig, apps

VIEW, EDIT, ALL = "view", "view add change", "view add change delete"
Rights = Mapping[str, str]
"""Model → what may be done with its rows."""
StaffRights = Mapping[str, Rights]
"""By group."""

SUPPORT_AGENT = "Support agent"
CONTENT_EDITOR = "Content editor"
BILLING = "Billing"
ADMINISTRATOR = "Administrator"
"""May do everything but what only superusers do: superusers, single permissions, and what a group may do
(accounts.admin.staff)."""


def groups() -> dict[str, Rights]:
    """Each with its rights, as the configuration of each app declares them for its own models
    (``staff_rights``)."""
    found: dict[str, Rights] = {SUPPORT_AGENT: {}, CONTENT_EDITOR: {}, BILLING: {}, ADMINISTRATOR: {}}
    for app in apps.get_app_configs():
        for name, rights in getattr(app, "staff_rights", {}).items():
            found[name] = {**found[name], **{_label(app, model): words for model, words in rights.items()}}
    return found


def _label(app: AppConfig, model: str) -> str:
    """A model of another app is named with the label of that app."""
    return model if "." in model else f"{app.label}.{model}"


def install(group: Any, permission: Any, content_type: Any) -> None:
    """Create the groups that are missing. The models are parameters: a migration passes them as they were at
    its time."""
    for name, rights in groups().items():
        made, is_new = group.objects.get_or_create(name=name)
        if is_new:
            made.permissions.set(permissions(rights, permission, content_type))


def extend(name: str, rights: Rights, group: Any, permission: Any, content_type: Any) -> None:
    """Let a group do more, unless the company has done away with it."""
    for found in group.objects.filter(name=name):
        found.permissions.add(*permissions(rights, permission, content_type))


def permissions(rights: Rights, permission: Any, content_type: Any) -> Iterable[Any]:
    """The rows for these rights. Django writes its own at the very end of migrating, and takes those that are
    there."""
    for label, words in rights.items():
        app_label, model = label.split(".")
        kind, _ = content_type.objects.get_or_create(app_label=app_label, model=model)
        for right in words.split():
            yield permission.objects.get_or_create(
                content_type=kind, codename=f"{right}_{model}", defaults={"name": _name(right, label)}
            )[0]


def _name(right: str, label: str) -> str:
    """As Django would write it."""
    options = apps.get_model(label)._meta
    own = {codename: str(name) for codename, name in options.permissions}
    return own.get(f"{right}_{options.model_name}", f"Can {right} {options.verbose_name_raw}")
