"""The gates of the portal, each with a way to switch it off; a new gate is added here."""

from tests.mutation.mutant import Mutant
from tests.mutation.mutants import database, desk, door, floor, overviews, pages, records, staff


def everything() -> list[Mutant]:
    return [
        *door.NETWORK,
        *door.SIGN_IN,
        *pages.PAGE,
        *records.per_record_type(),
        *records.RECORD,
        *records.CHILDREN,
        *records.MARKED,
        *floor.FLOOR,
        *desk.DESK,
        *overviews.COMPOSED,
        *overviews.VISITORS_ALONE,
        *staff.STAFF,
        *staff.PREVIEW,
        *database.DATABASE,
    ]
