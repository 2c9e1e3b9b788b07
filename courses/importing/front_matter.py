"""The YAML before a page and in a course's own file: scalars and lists of scalars, each with its line.

YAML is only parsed here, never turned into objects: an id such as 00123 or 2024-01-01 stays the text that was written,
and an alias cannot grow.
"""

from dataclasses import dataclass

import yaml
from django.utils.translation import gettext as _

from courses.importing.drafts import Findings

LONGEST = 64 * 1024  # characters
TRUE = frozenset({"true", "yes", "on", "1"})
FALSE = frozenset({"false", "no", "off", "0", "", "null", "~"})


@dataclass(frozen=True, slots=True)
class Value:
    """A scalar or the scalars of a list, with the line it starts on."""

    text: str
    items: tuple[str, ...]
    line: int


Fields = dict[str, Value]


def split_page(text: str, path: str, findings: Findings) -> tuple[Fields, str, int]:
    """The fields before a page, the page, and the number of lines before it."""
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return {}, text, 0
    end = next((number for number, line in enumerate(lines[1:], 1) if line.rstrip() in {"---", "..."}), 0)
    if not end:
        findings.fault(path, 1, _("The front matter starts with --- but does not end with ---."))
        return {}, "", 0
    return read_fields("\n".join(lines[1:end]), path, findings, first_line=2), "\n".join(lines[end + 1 :]), end + 1


def read_fields(text: str, path: str, findings: Findings, *, first_line: int = 1) -> Fields:
    """The fields of a YAML mapping; what cannot be read is reported and left out."""
    if len(text) > LONGEST:
        findings.fault(path, first_line, _("The front matter is too long."))
        return {}
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or _("it cannot be read")
        findings.fault(path, (mark.line if mark else 0) + first_line, _("This is no valid YAML: %s.") % problem)
        return {}
    if node is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        findings.fault(path, first_line, _("The front matter must be lines of the form “name: value”."))
        return {}
    return _fields(node, path, findings, first_line)


def _fields(node: yaml.MappingNode, path: str, findings: Findings, first_line: int) -> Fields:
    fields: Fields = {}
    for key, value in node.value:
        line = key.start_mark.line + first_line
        name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
        if name in fields:
            findings.fault(path, line, _("“%s” stands here twice.") % name)
        if isinstance(value, yaml.ScalarNode):
            fields[name] = Value(" ".join(str(value.value).split()), (), line)
        elif isinstance(value, yaml.SequenceNode):
            items = [str(item.value) for item in value.value if isinstance(item, yaml.ScalarNode)]
            fields[name] = Value("", tuple(items), line)
    return fields


def text_of(fields: Fields, *names: str) -> str:
    """The text of the first of these fields that says something."""
    return next((fields[name].text for name in names if name in fields and fields[name].text), "")


def whole_number(fields: Fields, name: str, path: str, findings: Findings) -> int | None:
    """A number from 0 to 10,000, or None when the field is absent or, which is reported, no such number."""
    value = fields.get(name)
    if value is None or not value.text:
        return None
    if value.text.isascii() and value.text.isdigit() and int(value.text[:9]) <= 10_000:
        return int(value.text[:9])
    message = _("“%(name)s” must be a whole number, not “%(text)s”.") % {"name": name, "text": value.text[:60]}
    findings.fault(path, value.line, message)
    return None
