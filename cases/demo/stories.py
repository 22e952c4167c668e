"""The demo's cases, each told step by step."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from accounts.actors import Actor
from cases.actions import (
    add_internal_note,
    add_participants,
    assign_case,
    change_status,
    enter_time,
    escalate_case,
    open_case,
    rate_case,
    reply_to_case,
)
from cases.demo.files import make_upload
from cases.models import Case, CaseStatus, Product, RequestType
from records.demo import Calendar, DemoWorld, People, read

CONTENT = Path(__file__).parent / "cases.toml"


def load_cases(world: DemoWorld) -> None:
    for row in sorted(read(CONTENT)["case"], key=lambda row: -row["opened_days_ago"]):
        _Story(row, world.people, world.calendar).tell()


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
        steps = [*later, *self.row.get("change", []), *self.row.get("deed", [])]
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
        if "do" in step:
            self._do(actor, case, step)
        elif "to" in step:
            change_status(actor=actor, case=case, status=CaseStatus.objects.get(pk=step["to"]))
        elif step.get("internal"):
            add_internal_note(actor=actor, case=case, body=step["text"].strip())
        else:
            # The file tells each change of status itself.
            reply_to_case(
                actor=actor,
                case=case,
                body=step["text"].strip(),
                uploads=self._uploads(step),
                status=case.status,
            )

    def _do(self, actor: Actor, case: Case, step: dict[str, Any]) -> None:
        match step["do"]:
            case "time" if actor.user:
                enter_time(
                    actor=actor, case=case, agent=actor.user, minutes=step["minutes"], note=step["note"]
                )
            case "rate":
                rate_case(actor=actor, case=case, rating=step["rating"], comment=step["comment"])
            case "escalate":
                escalate_case(actor=actor, case=case, reason=step["reason"])
            case "people":
                contacts = [self.people.contact(email, self.row["account"]) for email in step["people"]]
                add_participants(actor=actor, case=case, contacts=contacts)

    def _uploads(self, message: dict[str, Any]) -> list[Any]:
        return [make_upload(name, self._moment(message)) for name in message.get("attachments", [])]

    def _moment(self, step: dict[str, Any]) -> datetime:
        return self.calendar.ago(self.row["opened_days_ago"], step["after_hours"])
