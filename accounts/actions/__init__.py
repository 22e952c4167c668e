from accounts.actions.activity import record_activity
from accounts.actions.contacts import deactivate_contact, reactivate_contact
from accounts.actions.invitations import invite_contact, resend_invitation, revoke_invitation
from accounts.actions.mail import queue_mail, thread_id

__all__ = [
    "deactivate_contact",
    "invite_contact",
    "queue_mail",
    "reactivate_contact",
    "record_activity",
    "resend_invitation",
    "revoke_invitation",
    "thread_id",
]
