from functools import lru_cache

from django.urls import NoReverseMatch, reverse

ANY = "C-0"


def case_address(number: str, pk: int) -> str:
    """Of the page of one case. A list has dozens of them, which differ in the number alone."""
    before, after, is_numbered = _around()
    return f"{before}{number if is_numbered else pk}{after}"


@lru_cache(maxsize=1)
def _around() -> tuple[str, str, bool]:
    try:
        before, _number, after = reverse("admin:desk_case", args=[ANY]).rpartition(ANY)
    except NoReverseMatch:
        before, _number, after = reverse("admin:cases_case_change", args=[0]).rpartition("0")
        return before, after, False
    return before, after, True
