"""Moments as they are told, each for its reader."""

from datetime import timedelta

from django.utils import timezone, translation

from lib import moments


def test_many_moments_of_a_page_are_told_as_each_alone():
    now = timezone.now()
    passed = [timedelta(), timedelta(minutes=-3), timedelta(hours=5), timedelta(days=6), timedelta(days=40)]
    told = moments.ago_for_reader()
    assert [told(now - each) for each in passed] == [moments.ago(now - each) for each in passed]


def test_what_was_told_to_one_reader_is_told_anew_to_the_next():
    at = timezone.now() - timedelta(hours=5, minutes=1)
    assert ">5 hours ago<" in moments.ago(at)
    with translation.override("de"), timezone.override("Asia/Kolkata"):
        assert ">vor 5 Stunden<" in moments.ago(at)
        assert "+05:30" in moments.ago(at)
    assert "+05:30" not in moments.ago(at)
