"""Roles and record permissions that every installation starts with. Administrators change them afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps

Grant = tuple[str, str, tuple[str, ...]]
"""Record type, scope, privileges."""
RoleGrants = Mapping[str, Sequence[Grant]]
"""By role."""


@dataclass(frozen=True)
class ShippedRole:
    name: str
    description: str
    flags: dict[str, bool] = field(default_factory=dict)

    @property
    def grants(self) -> list[Grant]:
        """What the configuration of each app (``apps.py``) grants it of its records (``role_grants``)."""
        declared = (getattr(app, "role_grants", {}) for app in apps.get_app_configs())
        return [grant for grants in declared for grant in grants.get(self.name, ())]


AUTHENTICATED, USER_MANAGER = "Authenticated Users", "Portal User Manager"
FINANCE, IT, PROJECT = "Portal Finance User", "Portal IT User", "Portal Project User"
DELEGABLE = {"delegable": True}
ROLES = (
    ShippedRole("Administrators", "People of the company itself who look after the portal."),
    ShippedRole(AUTHENTICATED, "Everyone who is signed in.", flags={"for_authenticated": True}),
    ShippedRole("Anonymous Users", "Visitors who are not signed in.", flags={"for_anonymous": True}),
    ShippedRole(USER_MANAGER, "Looks after the account's contacts: invites, edits and deactivates them."),
    ShippedRole(FINANCE, "Sees the account's invoices.", DELEGABLE),
    ShippedRole(IT, "Sees and works on all cases of the account.", DELEGABLE),
    ShippedRole(PROJECT, "Takes part in the account's projects.", DELEGABLE),
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
