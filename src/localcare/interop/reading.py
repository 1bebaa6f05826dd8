"""From the bytes of a file to its resources."""

import gzip
import io
import json
import re
import zlib
from dataclasses import dataclass
from typing import Any, NoReturn

from localcare.interop import fhir_xml
from localcare.interop.fhir import Resource, elements, text

MAX_BYTES = 150_000_000
_TYPE = re.compile(r"[A-Z][A-Za-z.]{1,60}")
_BEFORE_TEXT = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"


class Unreadable(Exception):
    """The file is not FHIR; the message says why and holds none of its content."""


@dataclass(frozen=True)
class Entry:
    """A resource of a message, at a position that never changes, under the URL the message calls it by."""

    position: int
    url: str
    resource: Resource

    @property
    def type(self) -> str:
        return type_of(self.resource)

    @property
    def label(self) -> str:
        return f"resource {self.position + 1} ({self.type or 'no resourceType'})"


@dataclass(frozen=True)
class Read:
    media_type: str
    entries: tuple[Entry, ...]


def type_of(resource: Resource) -> str:
    """The resource's type; empty where what stands there cannot be one."""
    given = text(resource.get("resourceType"))
    return given if _TYPE.fullmatch(given) else ""


def looks_like_a_message(content: bytes) -> bool:
    """True for what may be JSON or XML, gzipped or not: only that is worth keeping."""
    return content[:2] == b"\x1f\x8b" or content.lstrip(_BEFORE_TEXT)[:1] in (b"{", b"[", b"<")


def read(content: bytes) -> Read:
    """The resources of a bundle, nested bundles opened, or the single resource. Raises Unreadable."""
    plain = _gunzip(content) if content[:2] == b"\x1f\x8b" else content
    if len(plain) > MAX_BYTES:
        raise Unreadable(f"larger than {MAX_BYTES // 1_000_000} MB: split it into smaller bundles")
    start = plain.lstrip(_BEFORE_TEXT)[:1]
    if not start:
        raise Unreadable("the file is empty")
    try:
        resource = _from_xml(plain) if start == b"<" else _from_json(plain)
        found = _flatten(resource, "")
    except RecursionError:
        raise Unreadable("nested too deeply to be a FHIR message") from None
    media_type = "application/fhir+xml" if start == b"<" else "application/fhir+json"
    return Read(media_type, tuple(Entry(n, url, inner) for n, (url, inner) in enumerate(found)))


def _gunzip(content: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        raise Unreadable("the gzip file is damaged: send it again") from None


def _from_xml(content: bytes) -> Resource:
    try:
        return fhir_xml.parse(content)
    except fhir_xml.NotFhir as error:
        raise Unreadable(str(error)) from error


def _from_json(content: bytes) -> Resource:
    try:
        # Numbers stay the text they came as: 7.10 is not 7.1 in a laboratory.
        parsed = json.loads(content, parse_float=str, parse_int=str, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise Unreadable("not valid JSON: the text is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise Unreadable(f"not valid JSON: {error.msg} at line {error.lineno} column {error.colno}") from None
    if not isinstance(parsed, dict) or not type_of(parsed):
        raise Unreadable("not FHIR: it has no resourceType")
    return parsed


def _no_constant(name: str) -> NoReturn:
    raise Unreadable(f"not valid JSON: {name} is no JSON number")


def _flatten(resource: Resource, url: str) -> list[tuple[str, Resource]]:
    if type_of(resource) != "Bundle":
        return [(url, resource)]
    found: list[tuple[str, Resource]] = []
    for entry in elements(resource.get("entry")):
        inner: Any = entry.get("resource")
        if isinstance(inner, dict):
            found += _flatten(inner, text(entry.get("fullUrl")))
        else:
            found.append((text(entry.get("fullUrl")), {"resourceType": "Bundle.entry"}))
    return found or [(url, resource)]
