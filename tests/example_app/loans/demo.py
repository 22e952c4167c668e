from records.demo import DemoWorld
from tests.example_app.loans.actions import lend


def load(world: DemoWorld) -> None:
    actor = world.people.actor("alice@acme.example")
    assert actor.contact
    with world.calendar.on(world.calendar.ago(3)):
        lend(actor=actor, contact=actor.contact, title="Tide gauge")
