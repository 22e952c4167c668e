"""Two administrators at the same moment."""

from threading import Event

import pytest
from django.db import IntegrityError, transaction

from accounts.models import RecordPermission, WebRole
from tests.races import at_once, commits, hold_until

pytestmark = commits


@pytest.mark.parametrize("attempt", range(3))
def test_a_grant_and_the_flag_that_exclude_each_other_do_not_both_come_true(attempt):
    role = WebRole.objects.create(name="Both")
    has_written = [Event(), Event()]

    def write(number):
        try:
            with transaction.atomic():
                if number:
                    WebRole.objects.filter(pk=role.pk).update(for_anonymous=True)
                else:
                    RecordPermission.objects.create(
                        role=role, record_type="case", scope="global", can_read=True
                    )
                has_written[number].set()
                hold_until(has_written[1 - number])
        except IntegrityError:
            has_written[number].set()
            return "refused"
        return "written"

    assert sorted(at_once(2, write)) == ["refused", "written"]
