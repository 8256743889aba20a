"""Did you mean …? Hints for words that are not known."""

from __future__ import annotations

from collections.abc import Iterable

MANY = 2000  # words that are compared letter by letter


def did_you_mean(word: str, known: Iterable[object], otherwise: str = "known are", none: str = "there is none") -> str:
    """Return a hint for a word that is not known: the closest one that is, or the first dozen of them."""
    names = sorted({str(name) for name in known})
    if close := closest(word, names):
        return f"did you mean {close}?"
    if not names:
        return none
    return f"{otherwise}: {', '.join(names[:12])}{', …' if len(names) > 12 else ''}"


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that looks most like this one, or None where none does."""
    from difflib import get_close_matches  # imported where something is wrong, and only there

    word = word[:60].lower()
    alike = {name.lower(): name for name in known}
    if word in alike:
        return alike[word]
    if len(alike) > MANY:  # so that a hint takes no longer than the work
        alike = {name: alike[name] for name in [n for n in alike if n[:1] == word[:1]][:MANY]}
    found = get_close_matches(word, alike, 1, 0.66)
    return alike[found[0]] if found else None
