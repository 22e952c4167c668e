from accounts.models.account import Account
from accounts.models.activity import Activity
from accounts.models.contact import Contact
from accounts.models.mail import OutgoingMail
from accounts.models.roles import RecordPermission, WebRole
from accounts.models.user import User

__all__ = ["Account", "Activity", "Contact", "OutgoingMail", "RecordPermission", "User", "WebRole"]
