"""XMP as it stands in a photo (ISO 16684-1:2019): a bounded reader of its RDF, without document types and entities."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

LIMIT = 500_000  # bytes: packets in use have a few thousand, long edit histories included some hundred thousand
_NODES = 20_000
_DEPTH = 40

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns# "
_ARRAYS = (RDF + "Alt", RDF + "Bag", RDF + "Seq")
_LANGUAGE = "http://www.w3.org/XML/1998/namespace lang"


@dataclass(slots=True)
class Node:
    """An element; names are "namespace local"."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Node"] = field(default_factory=list)
    text: str = ""

    def each(self) -> Iterator["Node"]:
        """This element and all below it, in the document's order."""
        yield self
        for child in self.children:
            yield from child.each()


def read(packet: bytes) -> Node | None:
    """The packet's outermost element; None when there is none, or it is longer, deeper or stranger than XMP is."""
    packet = packet.strip(b"\x00 \r\n\t")
    if not packet or len(packet) > LIMIT:
        return None
    builder = _Builder()
    try:
        builder.parser.Parse(packet, True)
    except (expat.ExpatError, ValueError, LookupError):
        return None
    return builder.root


def texts(root: Node | None, name: str) -> list[str]:
    """All values of a property: its text, or the items of its array; of alternatives by language the default one."""
    for node in root.each() if root else ():
        if node.name != RDF + "Description":
            continue
        if name in node.attributes:
            return [node.attributes[name]]
        for child in node.children:
            if child.name == name and (values := [text for text in _values(child) if text.strip()]):
                return values
    return []


def items(root: Node | None, name: str) -> list[Node]:
    """The items of every array that is a property of this name, wherever it stands."""
    found = (node for node in (root.each() if root else ()) if node.name == name)
    return [item for node in found for array in node.children if array.name in _ARRAYS for item in array.children]


def value(node: Node, name: str) -> str:
    """A field of a structure, as an attribute or an element, "" when it has none."""
    for part in node.each():
        if name in part.attributes:
            return part.attributes[name]
        if part.name == name and part.text.strip():
            return part.text
    return ""


def _values(node: Node) -> list[str]:
    array = next((child for child in node.children if child.name in _ARRAYS), None)
    if array is None:
        return [node.text]
    if array.name != RDF + "Alt":
        return [item.text for item in array.children]
    default = [item.text for item in array.children if item.attributes.get(_LANGUAGE) == "x-default"]
    return (default or [item.text for item in array.children])[:1]


class _Builder:
    def __init__(self) -> None:
        self.root: Node | None = None
        self._open: list[Node] = []
        self._nodes = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _refuse(self, *_declared: object) -> None:
        raise ValueError("XMP has no document type")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._nodes += 1
        if self._nodes > _NODES or len(self._open) >= _DEPTH:
            raise ValueError("too large for XMP")
        node = Node(name, attributes)
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    def _end(self, _name: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        self._open[-1].text += text
