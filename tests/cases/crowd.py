"""Very many cases, made with one statement."""

from collections.abc import Sequence

from django.db import connection

from accounts.models import Contact
from tests.records.crowds import MANY, Crowd, Crowds, make_people

MAKE_CASES = """
WITH who AS (
    SELECT id, account_id, place - 1 AS place
    FROM unnest(%(contacts)s::bigint[]) WITH ORDINALITY AS listed (id, place) JOIN accounts_contact USING (id)
),
made AS (
    SELECT n, now() - make_interval(mins => %(cases)s - n) AS at, mod(n / 7, 20) <> 0 AS closed,
        CASE WHEN mod(n / 7, 20) <> 0 THEN 'resolved' WHEN mod(n / 7, 40) = 0 THEN 'waiting' ELSE 'in_progress' END AS status,
        CASE mod(n, 20) WHEN 3 THEN 0 WHEN 13 THEN mod(n / 20, %(of_big)s) ELSE %(of_big)s + mod(n, %(others)s) END AS place
    FROM generate_series(1, %(cases)s) n
)
INSERT INTO cases_case (subject, request_type_id, priority, status, category, account_id, contact_id, answers, origin,
    created_at, updated_at, closed_at, rating_comment, submission)
SELECT CASE mod(n, 1000) WHEN 0 THEN 'Autoclave alarm ' ELSE 'Freezer reports a fault ' END || n || ' in room ' || mod(n, 150),
    1 + mod(n, 3),
    (ARRAY['low', 'normal', 'normal', 'high', 'urgent'])[1 + mod(n / 7, 5)], status, replace(status, 'in_progress', 'active'),
    account_id, id,
    CASE mod(n, 1000) WHEN 17 THEN jsonb_build_array(jsonb_build_object('label', 'Serial number', 'value', 'SN' || n)) ELSE '[]' END,
    'portal', at, at + interval '2 days', CASE WHEN closed THEN at + interval '1 day' END, '', gen_random_uuid()
FROM made JOIN who USING (place) ORDER BY n
"""
"""A tenth is of the big account, half of that of its first contact; one in twenty is active. Rooms are there
for the statistics: from fewer than a hundred frequent words PostgreSQL concludes nothing about the beginnings
of words."""


def make_many_cases(count: int, of_big: Sequence[Contact], others: Sequence[Contact]) -> None:
    keys = {
        "cases": count,
        "of_big": len(of_big),
        "others": len(others),
        "contacts": [contact.pk for contact in (*of_big, *others)],
    }
    with connection.cursor() as cursor:
        cursor.execute(MAKE_CASES, keys)


def make_crowd() -> Crowd:
    of_big, others = make_people()
    make_many_cases(MANY, of_big, others)
    return Crowd(of_big[0], others[0])


CROWDS: Crowds = {"case": make_crowd}
