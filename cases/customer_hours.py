"""When a customer works: a reply that is sent later is to reach them then."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
from django.conf import settings

from cases.models import Case
from cases.models.sla import public_holidays
from lib.business_time import BusinessHours

OFFICE = ((time(9), time(17)),)
WEEK = (OFFICE,) * 5 + ((),) * 2
SOON = timedelta(hours=2)


def customer_hours(case: Case) -> BusinessHours:
    """Nine to five on weekdays in the contact's own time zone, or else the portal's; on holidays of the whole
    country of their account they rest."""
    user, account = case.contact.user, case.account
    zone = ZoneInfo((user.time_zone if user else "") or settings.TIME_ZONE)
    country = account.country if account and account.country in holidays.list_supported_countries() else ""

    def is_holiday(day: date) -> bool:
        return bool(country) and day in public_holidays(country, "", day.year)

    return BusinessHours(zone, WEEK, is_holiday)


def times_to_send(hours: BusinessHours, now: datetime) -> list[datetime]:
    """Soon, at the beginning of their next working day, and at that of their next week; each once."""
    here = now.astimezone(hours.zone)
    midnight = datetime.combine(here.date(), time(0), tzinfo=hours.zone)
    monday = midnight + timedelta(days=7 - here.weekday())
    wanted = (now + SOON, midnight + timedelta(days=1), monday)
    return list(dict.fromkeys(hours.open_from(moment) for moment in wanted))
