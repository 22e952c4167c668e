"""The administration of people and their rights, one file per aggregate. Importing a module registers it."""

from accounts.admin import (  # noqa: F401
    accounts,
    contacts,
    invitations,
    jobs,
    join_requests,
    logs,
    policy,
    roles,
    staff,
    users,
)
