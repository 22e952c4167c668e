from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.actors import Actor
from cases.actions import add_internal_note, assign_case, change_status, open_case, reply_to_case
from cases.models import Case, Product, RequestType
from portal.demo.files import make_upload
from portal.demo.people import People
from portal.demo.reading import Calendar, read


def load_products() -> None:
    Product.objects.bulk_create(Product(**row) for row in read("site.toml")["product"])


def load_cases(people: People, calendar: Calendar) -> None:
    for row in sorted(read("cases.toml")["case"], key=lambda row: -row["opened_days_ago"]):
        _Story(row, people, calendar).tell()


@dataclass
class _Story:
    """One case, told step by step at the times at which things happened."""

    row: dict[str, Any]
    people: People
    calendar: Calendar

    def tell(self) -> None:
        description, *later = self.row["message"]
        with self.calendar.on(self._moment(description)) as _:
            case = self._open(description)
        steps = [*later, *self.row.get("change", [])]
        for step in sorted(steps, key=lambda step: step["after_hours"]):
            with self.calendar.on(self._moment(step)):
                case.refresh_from_db()
                self._take(case, step)

    def _open(self, message: dict[str, Any]) -> Case:
        contact = self.people.contact(self.row["contact"], self.row["account"])
        case = open_case(
            actor=Actor(user=contact.user, contact=contact),
            contact=contact,
            subject=self.row["subject"],
            description=message["text"].strip(),
            request_type=RequestType.objects.get(slug=self.row["type"]),
            product=Product.objects.filter(name=self.row["product"]).first(),
            priority=self.row["priority"],
            uploads=self._uploads(message),
        )
        if self.row["assigned"]:
            assignee = self.people.users[self.row["assigned"]]
            assign_case(actor=Actor(user=assignee), case=case, to=assignee)
        return case

    def _take(self, case: Case, step: dict[str, Any]) -> None:
        actor = self.people.actor(step["by"], self.row["account"])
        if "to" in step:
            change_status(actor=actor, case=case, status=step["to"])
        elif step.get("internal"):
            add_internal_note(actor=actor, case=case, body=step["text"].strip())
        else:
            # The file tells each change of status itself.
            reply_to_case(actor=actor, case=case, body=step["text"].strip(), uploads=self._uploads(step), status=case.status)

    def _uploads(self, message: dict[str, Any]) -> list[Any]:
        return [make_upload(name, self._moment(message)) for name in message.get("attachments", [])]

    def _moment(self, step: dict[str, Any]) -> datetime:
        return self.calendar.ago(self.row["opened_days_ago"], step["after_hours"])
