"""Roles and record permissions that every installation starts with. Administrators change them afterwards."""

from dataclasses import dataclass, field
from typing import Any

Grant = tuple[str, str, tuple[str, ...]]
"""Record type, scope, privileges."""


@dataclass(frozen=True)
class ShippedRole:
    name: str
    description: str
    grants: tuple[Grant, ...] = ()
    flags: dict[str, bool] = field(default_factory=dict)


DELEGABLE = {"delegable": True}
ROLES = (
    ShippedRole("Administrators", "People of the company itself who look after the portal."),
    ShippedRole(
        "Authenticated Users",
        "Everyone who is signed in.",
        (
            ("case", "contact", ("read", "create")),
            ("article", "global", ("read",)),
            ("forum", "global", ("read", "create")),
        ),
        {"for_authenticated": True},
    ),
    ShippedRole("Anonymous Users", "Visitors who are not signed in.", flags={"for_anonymous": True}),
    ShippedRole(
        "Portal User Manager",
        "Looks after the account's contacts: invites, edits and deactivates them.",
        (("contact", "account", ("read", "create", "write")), ("entitlement", "account", ("read",))),
    ),
    ShippedRole(
        "Portal Finance User",
        "Sees the account's invoices.",
        (("invoice", "account", ("read",)), ("entitlement", "account", ("read",))),
        DELEGABLE,
    ),
    ShippedRole(
        "Portal IT User",
        "Sees and works on all cases of the account.",
        (("case", "account", ("read", "create", "write")), ("entitlement", "account", ("read",))),
        DELEGABLE,
    ),
    ShippedRole("Portal Project User", "Takes part in the account's projects.", flags=DELEGABLE),
)


def install(web_role: Any, record_permission: Any) -> None:
    """Create what is missing. The models are parameters: a migration passes them as they were at its time."""
    for shipped in ROLES:
        role, is_new = web_role.objects.get_or_create(
            name=shipped.name,
            defaults={"description": shipped.description, "is_builtin": True, **shipped.flags},
        )
        if is_new:
            record_permission.objects.bulk_create(
                _permission(record_permission, role, grant) for grant in shipped.grants
            )


def _permission(record_permission: Any, role: Any, grant: Grant) -> Any:
    record_type, scope, privileges = grant
    granted = {f"can_{privilege}": True for privilege in privileges}
    return record_permission(role=role, record_type=record_type, scope=scope, **granted)
