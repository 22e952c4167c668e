"""What lists of cases are read from: an index for each column that says whose a case is, with each order that
can be chosen, and one of some rows only for each tab that is short."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models

ACTIVE, WAITING = models.Q(closed_at=None), models.Q(category="waiting")
REPLIED, RATED = models.Q(first_reply_at__isnull=False), models.Q(rated_at__isnull=False)
INDEXES = [
    models.Index(fields=["-updated_at", "-id"], name="cases_case_latest"),
    models.Index(fields=["account", "-updated_at", "-id"], name="cases_case_account", include=["closed_at"]),
    models.Index(
        fields=["contact", "account", "-updated_at", "-id"],
        name="cases_case_contact",
        include=["closed_at"],
    ),
    models.Index(
        fields=["account", "-updated_at", "-id"],
        name="cases_case_account_active",
        condition=ACTIVE,
    ),
    models.Index(
        fields=["contact", "account", "-updated_at", "-id"],
        name="cases_case_contact_active",
        condition=ACTIVE,
    ),
    models.Index(
        fields=["-updated_at", "-id"],
        name="cases_case_waiting",
        condition=WAITING,
    ),
    models.Index(
        fields=["account", "-updated_at", "-id"],
        name="cases_case_account_waiting",
        condition=WAITING,
    ),
    models.Index(
        fields=["contact", "account", "-updated_at", "-id"],
        name="cases_case_contact_waiting",
        condition=WAITING,
    ),
    models.Index(
        fields=["account", "-created_at", "-id"],
        name="cases_case_account_opened",
        include=["closed_at"],
    ),
    models.Index(
        fields=["contact", "account", "-created_at", "-id"],
        name="cases_case_contact_opened",
        include=["closed_at"],
    ),
    models.Index(fields=["-created_at", "-id"], name="cases_case_opened", include=["closed_at"]),
    models.Index(fields=["-urgency", "-id"], name="cases_case_urgency", condition=ACTIVE),
    models.Index(
        fields=["account", "-urgency", "-id"],
        name="cases_case_account_urgency",
        condition=ACTIVE,
    ),
    models.Index(
        fields=["contact", "account", "-urgency", "-id"],
        name="cases_case_contact_urgency",
        condition=ACTIVE,
    ),
    GinIndex(fields=["search"], name="cases_case_search"),
    models.Index(fields=["waiting_since"], name="cases_case_reminders", condition=WAITING),
    models.Index(fields=["due_at", "id"], name="cases_case_due", condition=ACTIVE),
    models.Index(fields=["queue", "due_at", "id"], name="cases_case_queue", condition=ACTIVE),
    models.Index(
        fields=["assigned_to", "due_at", "id"],
        name="cases_case_agent",
        condition=ACTIVE,
    ),
    models.Index(
        fields=["due_at", "id"], name="cases_case_agentless", condition=ACTIVE & models.Q(assigned_to=None)
    ),
    models.Index(
        fields=["due_at", "id"], name="cases_case_queueless", condition=ACTIVE & models.Q(queue=None)
    ),
    models.Index(fields=["request_type", "product", "-updated_at", "-id"], name="cases_case_similar"),
    models.Index(fields=["first_reply_at"], name="cases_case_replied", condition=REPLIED),
    models.Index(fields=["rated_at"], name="cases_case_rated", condition=RATED),
]
