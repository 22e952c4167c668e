from django.urls import NoReverseMatch, reverse


def case_address(number: str, pk: int) -> str:
    """Of the page of one case."""
    try:
        return reverse("admin:desk_case", args=[number])
    except NoReverseMatch:
        return reverse("admin:cases_case_change", args=[pk])
