"""The administration of people and their rights, one file per aggregate. Importing a module registers it."""

from accounts.admin import accounts, contacts, invitations, jobs, logs, policy, roles, staff, users  # noqa: F401
