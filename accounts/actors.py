from dataclasses import dataclass

from accounts.http import PortalRequest
from accounts.models import Contact, User


@dataclass(frozen=True)
class Actor:
    """Who carries out an action, and from which address. Without a user it is the system itself."""

    user: User | None = None
    contact: Contact | None = None
    client_ip: str | None = None

    @classmethod
    def of(cls, request: PortalRequest) -> "Actor":
        """The customer behind a request to the portal."""
        return cls(user=request.user, contact=request.contact, client_ip=request.client_ip)

    @classmethod
    def staff(cls, request: PortalRequest) -> "Actor":
        """The staff member behind a request to the administration, whatever contacts they also hold."""
        return cls(user=request.user, client_ip=request.client_ip)

    @property
    def name(self) -> str:
        if self.contact:
            return self.contact.full_name
        return self.user.get_full_name() if self.user else ""


SYSTEM = Actor()
