from accounts.models.account import Account
from accounts.models.activity import Activity
from accounts.models.contact import Contact
from accounts.models.contact_import import ContactImport
from accounts.models.invitation import Invitation, InvitationRedemption, JoinRequest
from accounts.models.mail import OutgoingMail
from accounts.models.policy import SignInPolicy
from accounts.models.roles import RecordPermission, WebRole
from accounts.models.sign_in import SignInFailure, TrustedBrowser
from accounts.models.user import User

__all__ = [
    "Account",
    "Activity",
    "Contact",
    "ContactImport",
    "Invitation",
    "InvitationRedemption",
    "JoinRequest",
    "OutgoingMail",
    "RecordPermission",
    "SignInFailure",
    "SignInPolicy",
    "TrustedBrowser",
    "User",
    "WebRole",
]
