"""The cases' part of the demo."""

from cases.actions import warn_of_promises
from cases.demo.desk import load_desk
from cases.demo.stories import load_cases
from records.demo import DemoWorld


def load(world: DemoWorld) -> None:
    load_desk(world)
    load_cases(world)
    warn_of_promises(now=world.calendar.today)
