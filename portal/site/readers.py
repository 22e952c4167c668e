"""Which pages one reader may open, and which are offered to them."""

from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from accounts.models import Contact
from lib.paths import branch
from portal.site.addresses import OUTSIDE_PAGE_RULES, right_at
from portal.site.configuration import Configuration
from portal.site.http import SiteRequest
from portal.site.sitemap import Link, PageEntry


@dataclass(frozen=True)
class Reader:
    """A contact, somebody who is signed in without one, or a visitor."""

    configuration: Configuration
    contact: Contact | None
    is_signed_in: bool
    now: datetime = field(default_factory=timezone.now)

    @classmethod
    def of(cls, request: SiteRequest) -> "Reader":
        return cls(request.configuration, getattr(request, "contact", None), request.user.is_authenticated)

    def may_open(self, page: PageEntry) -> bool:
        """Whether the rules let the reader in. A page without any is for everyone who is signed in."""
        if not self.configuration.may_open(page.path, self.contact):
            return False
        if self.is_signed_in:
            return True
        if page.is_builtin:
            return bool(page.visitor_types & self.configuration.visitor_reads)
        return self.configuration.opens_to_visitors(page.path)

    def may_preview(self, page: PageEntry) -> bool:
        return self.contact is not None and bool(
            self.configuration.previewing_roles(page.path) & self.contact.role_ids
        )

    def is_live(self, page: PageEntry) -> bool:
        return self.configuration.is_live(page.path, self.now)

    def may_read(self, page: PageEntry) -> bool:
        return self.may_open(page) and (self.is_live(page) or self.may_preview(page))

    def gets(self, page: PageEntry) -> bool:
        """What a click on it gives: the rules let the reader in, and so does the view itself."""
        right = right_at(page.path) if page.is_builtin else None
        return self.may_read(page) and (right is None or right.is_held_by(self.contact))

    def is_offered(self, page: PageEntry) -> bool:
        """Whether to lead the reader there: to what they may read, what is published, and what shows them
        anything."""
        if page.is_hidden or not (self.is_live(page) and self.may_open(page)):
            return False
        return not page.record_type or self.configuration.reads(page.record_type, self.contact)

    def is_led_to(self, link: Link) -> bool:
        """Whether a menu entry's target is offered. An address within the portal is judged by the page that
        it belongs to."""
        if not link.path:
            return True
        page = self.configuration.page_above(link.path)
        if page is None or link.path.startswith(OUTSIDE_PAGE_RULES):
            return True
        if page.path == "/" != link.path:  # an address of the portal that has no page of its own
            return self.is_signed_in and self.configuration.may_open(link.path, self.contact)
        return self.is_offered(page) and (
            page.path == link.path or self.configuration.may_open(link.path, self.contact)
        )

    def above(self, page: PageEntry) -> list[PageEntry]:
        """The pages on the way down to this one that the reader may read, the root first."""
        pages = self.configuration.pages
        return [
            pages[step] for step in branch(page.path)[:-1] if step in pages and self.may_read(pages[step])
        ]

    def below(self, page: PageEntry) -> list[PageEntry]:
        """The pages to offer as cards."""
        return [child for child in self.configuration.children_of(page.path) if self.is_offered(child)]
