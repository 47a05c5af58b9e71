"""Names must be sayable: a smart speaker reads them aloud and people ask for them by voice."""

from services.rooms.errors import AliasesUnusable, TitleUnusable

LONGEST = 80
MOST_ALIASES = 10


def sayable(text: str) -> bool:
    """True for 1 to 80 printable characters with at least one letter or digit among them."""
    text = text.strip()
    return 1 <= len(text) <= LONGEST and text.isprintable() and any(letter.isalnum() for letter in text)


def require_sayable(title: str, aliases: tuple[str, ...]) -> None:
    """Refuse names that nobody could say."""
    if not sayable(title):
        raise TitleUnusable(f"a title is 1 to {LONGEST} printable characters with a letter, not {title[:LONGEST]!r}")
    if len(aliases) > MOST_ALIASES:
        raise AliasesUnusable(f"{len(aliases)} aliases, at most {MOST_ALIASES}")
    for alias in aliases:
        if not sayable(alias):
            raise AliasesUnusable(f"an alias is 1 to {LONGEST} printable characters, not {alias[:LONGEST]!r}")
