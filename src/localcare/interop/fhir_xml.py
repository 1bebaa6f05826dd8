"""FHIR XML to the same plain data as FHIR JSON."""

from typing import Any

from lxml import etree

FHIR = "{http://hl7.org/fhir}"


class NotFhir(Exception):
    """The XML cannot be read as FHIR; the message says why."""


def parse(content: bytes) -> dict[str, Any]:
    """A resource from XML. Raises NotFhir. Entities are not resolved and a DOCTYPE is refused."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotFhir(f"not valid XML: {error}") from error
    if root.getroottree().docinfo.doctype:
        raise NotFhir("the XML has a DOCTYPE, which FHIR does not allow")
    if not str(root.tag).startswith(FHIR):
        raise NotFhir(f"not FHIR: the root element is {root.tag}")
    return _resource(root)


def _resource(element: etree._Element) -> dict[str, Any]:
    content = _content(element)
    return {"resourceType": _name(element), **(content if isinstance(content, dict) else {})}


def _content(element: etree._Element) -> Any:
    children = [child for child in element if isinstance(child.tag, str)]
    value = element.get("value")
    if value is not None and all(_name(child) == "extension" for child in children):
        return value
    answer: dict[str, Any] = {name: given for name in ("url", "id") if (given := element.get(name)) is not None}
    for child in children:
        _put(answer, _name(child), _child(child))
    return answer


def _child(element: etree._Element) -> Any:
    if not str(element.tag).startswith(FHIR):
        return etree.tostring(element, encoding="unicode", with_tail=False)
    if _name(element) in ("resource", "contained", "outcome"):
        inner = [child for child in element if isinstance(child.tag, str)]
        if len(inner) == 1 and _name(inner[0])[:1].isupper():
            return _resource(inner[0])
    return _content(element)


def _put(answer: dict[str, Any], name: str, value: Any) -> None:
    if name not in answer:
        answer[name] = value
    elif isinstance(answer[name], list):
        answer[name].append(value)
    else:
        answer[name] = [answer[name], value]


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname
