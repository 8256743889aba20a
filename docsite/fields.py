"""Fields in the reference: a class's fields as a table, each with the comment that stands beside it in the source."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import griffe

COMMENT = re.compile(r"\s#\s(?!type:)([^#]*)")


class Fields(griffe.Extension):
    """Makes a section of a class's docstring of its annotated fields, which would else stand there one by one."""

    def on_class(self, *, cls: griffe.Class, **kwargs: Any) -> None:
        """Move the fields of a class from its members to its docstring."""
        fields: list[Any] = [member for member in cls.members.values() if is_field(member)]
        if cls.docstring is None or not fields or not isinstance(cls.filepath, Path):
            return
        lines = cls.filepath.read_text("utf-8").split("\n")
        rows = []
        for field in fields:
            comment = COMMENT.search("\n".join(lines[(field.lineno or 1) - 1 : field.endlineno]))
            text = comment[1].strip() if comment else ""
            rows.append(griffe.DocstringAttribute(name=field.name, annotation=field.annotation, description=text))
            cls.del_member(field.name)
        text = griffe.DocstringSectionText(cls.docstring.value)
        cls.docstring.__dict__["parsed"] = [text, griffe.DocstringSectionAttributes(rows)]  # in place of what it caches


def is_field(member: Any) -> bool:
    """Tell whether a member of a class is a public field of its instances."""
    if not member.is_attribute or member.name.startswith("_") or "property" in member.labels:
        return False
    return member.annotation is not None and "ClassVar" not in str(member.annotation)
