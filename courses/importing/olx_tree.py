"""XML as a small tree that knows the line of each element; entities and document types are refused."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from xml.sax import SAXParseException
from xml.sax.expatreader import ExpatLocator
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

import defusedxml.sax
from defusedxml.common import DefusedXmlException
from django.utils.translation import gettext as _

from courses.importing.drafts import Findings

DEEPEST = 60
VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})


@dataclass(slots=True)
class Node:
    """An element: its content is text and elements, mixed."""

    tag: str
    attributes: dict[str, str]
    line: int
    content: list["Node | str"] = field(default_factory=list)

    @property
    def children(self) -> list["Node"]:
        return [item for item in self.content if isinstance(item, Node)]

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    def all(self, *tags: str) -> Iterator["Node"]:
        """The elements below this one with these tags, in the order of the text."""
        for child in self.children:
            if child.tag in tags:
                yield child
            yield from child.all(*tags)

    @property
    def text(self) -> str:
        return "".join(item if isinstance(item, str) else item.text for item in self.content)

    def inner_html(self) -> str:
        """The content as HTML."""
        return "".join(escape(item, quote=False) if isinstance(item, str) else item.html() for item in self.content)

    def html(self) -> str:
        """The element itself as HTML."""
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in self.attributes.items())
        opening = f"<{self.tag}{attributes}>"
        return opening if self.tag in VOID else f"{opening}{self.inner_html()}</{self.tag}>"


class _TooDeep(Exception):
    """Elements inside elements without end."""


class _Builder(ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.root: Node | None = None
        self.open: list[Node] = []

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802  (the interface's name)
        locator: ExpatLocator = self._locator  # type: ignore[attr-defined]
        node = Node(name, dict(attrs.items()), locator.getLineNumber() or 0)
        if self.open:
            self.open[-1].content.append(node)
        else:
            self.root = node
        self.open.append(node)
        if len(self.open) > DEEPEST:
            raise _TooDeep

    def endElement(self, name: str) -> None:  # noqa: N802  (the interface's name)
        self.open.pop()

    def characters(self, content: str) -> None:
        self.open[-1].content.append(content)


def read_xml(data: bytes, path: str, findings: Findings) -> Node | None:
    """The root element, or None with a fault that names the line."""
    builder = _Builder()
    try:
        defusedxml.sax.parseString(data, builder, forbid_dtd=True)
    except SAXParseException as error:
        message = _("This is no well-formed XML: %s.") % error.getMessage()
        findings.fault(path, error.getLineNumber() or 0, message)
    except DefusedXmlException:
        findings.fault(path, 1, _("Document types and entities are not allowed in a course."))
    except (_TooDeep, ValueError, LookupError):
        findings.fault(path, builder.open[-1].line if builder.open else 1, _("This XML is nested too deeply or unreadable."))
    else:
        return builder.root
    return None
