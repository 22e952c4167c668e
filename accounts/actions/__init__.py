from accounts.actions.activity import record_activity
from accounts.actions.contacts import deactivate_contact, reactivate_contact
from accounts.actions.mail import queue_mail, thread_id

__all__ = ["deactivate_contact", "queue_mail", "reactivate_contact", "record_activity", "thread_id"]
