from typing import Any

from django.test import Client


def asked(response: Any) -> dict[str, Any]:
    """The question before a change of who sees what: its fields as the browser would send them again."""
    assert response.status_code == 200
    sent = {"access_seal": response.context["seal"]}
    for name, value in response.context["typed"]:
        sent.setdefault(name, []).append(value)
    return sent


def save_for_sure(browser: Client, address: str, sent: dict[str, Any], **options: Any) -> Any:
    """Send the form, and say yes to the question, with the tick for visitors."""
    return browser.post(address, {**asked(browser.post(address, sent)), "access_exposes": "on"}, **options)
