"""Characters that nobody sees: what they are good for stays, what deceives goes."""

JOINERS = "\u200c\u200d"
"""Zero-width non-joiner and joiner. Persian and the scripts of India write words with them, and pictures of
families are several joined ones."""


def visible(text: str, instead: str = "") -> str:
    """The text without control characters and direction marks. A joiner stays where it can join something:
    between plain Latin letters, twice, and behind a space it would only make two names look like one."""
    around = zip(f" {text}", text, f"{text[1:]} ", strict=False)
    return "".join(c if _is_kept(before, c, after) else instead for before, c, after in around)


def _is_kept(before: str, character: str, after: str) -> bool:
    if character not in JOINERS:
        return character.isprintable()
    return not (before in JOINERS or before.isspace() or (before.isascii() and after.isascii()))
