"""What administrators write in place of the portal's texts."""

from django.db import transaction

from accounts.actions.activity import record_activity
from accounts.actors import Actor
from lib.locks import lock_keys
from portal.models import SnippetText
from portal.texts import snippets


@transaction.atomic
def write_texts(*, actor: Actor, name: str, texts: dict[str, str]) -> None:
    """``texts`` by language; "" is the text for all. An empty text goes back to the default, or to the text
    for all."""
    changed = [language for language, text in texts.items() if _write(name, language, text.strip())]
    if changed:
        record_activity(actor=actor, verb="text.changed", record=None, label=name, languages=changed)


def _write(name: str, language: str, text: str) -> bool:
    """Returns whether that changed anything."""
    written = SnippetText.objects.filter(name=name, language=language)
    lock_keys(written)
    if written.filter(text=text).exists():
        return False
    if not text:
        return bool(written.delete()[0])
    values = {"text": text, "html": snippets.html_of(name, text)}
    SnippetText.objects.update_or_create(name=name, language=language, defaults=values)
    return True
