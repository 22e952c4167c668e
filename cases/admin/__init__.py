"""The agents' desk and what it is furnished with, one file per aggregate. Importing a module registers it."""

from cases.admin import case, catalogue, entitlements, handling, sla  # noqa: F401
from cases.admin.case import CaseAdmin

__all__ = ["CaseAdmin"]
