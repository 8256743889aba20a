"""Text that is no YAML: libyaml's complaints as a person would say them, with what to do about the usual slips."""

from __future__ import annotations

import re
from typing import Any

from macflops.errors import Location, SourceError

BREAK = "\r\n|[\n\r\x85\u2028\u2029]"  # what ends a line in YAML
BARE_ENTRY = r"\s*(?:-\s+)+(\w+)\s*(?:#.*)?$"


def line_of(text: str, number: int) -> str:
    """Return a line of a text by number, from 1."""
    lines = re.split(BREAK, text)
    return lines[number - 1] if 0 < number <= len(lines) else ""


def decoded(data: bytes, file: str) -> str:
    """Return the text of a file. Raises SourceError at the first byte that is not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig")
        location = place(before, len(before), file)
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise SourceError(location, "the file is UTF-16", "save it as UTF-8") from None
        what = f"byte 0x{data[error.start]:02X} is not UTF-8"
        raise SourceError(location, what, "save the file as UTF-8", before[-200:].rpartition("\n")[2]) from None


def place(text: str, position: int, file: str) -> Location:
    """Return the location of a character by its position."""
    lines = re.split(BREAK, text[:position])
    return Location(file, len(lines), len(lines[-1]) + 1)


def explained(error: Any, text: str, file: str) -> SourceError:
    """Return what is wrong with a text that is no YAML."""
    mark = getattr(error, "problem_mark", None)
    if mark and "unexpected end of stream" in str(error.problem):
        mark = error.context_mark or mark  # where the quotation mark is
    if mark is None:  # a character that YAML does not allow at all
        position: Any = getattr(error, "position", None)
        if position is None or not 0 <= position < len(text):
            position = getattr(error, "start", 0)
        position = next((i for i, c in enumerate(text) if forbidden(c)), position)
        location = place(text, position, file)
        what = f"the character U+{ord(text[position]):04X} is not allowed in YAML" if text else "no YAML"
        return SourceError(location, what, "delete it, or write it with an escape in double quotes", "")
    line, column = mark.line + 1, mark.column + 1
    last = len(re.split(BREAK, text))
    if line > last or (line == last and not line_of(text, line).strip()):  # the end: show what ended there
        line = max((i for i, written in enumerate(re.split(BREAK, text), 1) if written.strip()), default=1)
        column = len(line_of(text, line).rstrip()) + 1
    what, hint = reworded(str(error.problem or error), line_of(text, line), line_of(text, line - 1), column)
    return SourceError(Location(file, line, column), what, hint, line_of(text, line))


def forbidden(character: str) -> bool:
    """Tell whether YAML 1.1 and 1.2 do not allow a character in a text."""
    code = ord(character)
    return (
        (code < 32 and character not in "\t\n\r")
        or (0x7F <= code < 0xA0 and code != 0x85)
        or 0xD800 <= code < 0xE000
        or code in (0xFFFE, 0xFFFF)
    )


def reworded(problem: str, line: str, before: str, column: int) -> tuple[str, str]:
    """Return what libyaml found, in the words of this format, and what to do."""
    rest = line[column - 1 :]
    if "cannot start any token" in problem:
        if "\t" in line[: column + 1]:
            return "a tab in the indentation", "indent with spaces"
        return f"{rest[:1]} cannot begin a value", "put it in quotes"
    if "mapping values are not allowed" in problem:
        entry = re.match(BARE_ENTRY, before)
        if entry and line[:column].strip(" :").isidentifier():
            return f"{line[:column].strip(' :')} under {entry[1]} without a colon", f"write {entry[1]}: with a colon"
        return "a colon that makes no sense here", "indent it less or more, or put the text in quotes"
    if "did not find expected ',' or" in problem or "expected ',' or" in problem:
        if rest[:1] == "[" or re.search(r"\w\[[^\]]*$", line[: column + 1]):
            return "a bracket within { } or [ ]", "put quotes around an expression that holds brackets"
        closing = "}" if "}" in problem else "]"
        return (
            f"a comma or {closing} is missing",
            "close what was opened, and put quotes around texts with commas or brackets",
        )
    if "expected '-' indicator" in problem or "block end" in problem or "expected key" in problem:
        return "this does not continue the list or mapping above", "indent it like the line that it belongs to"
    if "unexpected end of stream" in problem:
        return "a quotation mark is not closed", "write it again where the text ends"
    if "could not find expected ':'" in problem:
        return "a key without a colon", "write a colon and a space behind the key"
    if "unknown escape" in problem:
        return "an escape that YAML does not know", "use single quotes"
    if "block sequence entries are not allowed" in problem or "sequence entries are not allowed" in problem:
        return "a list that begins behind a key", "begin it in the next line"
    return f"no YAML: {problem}", "look at the indentation and the quotes around here"
