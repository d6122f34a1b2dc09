"""XML is parsed by a parser that cannot be crashed before SpecUtils sees it."""

import pytest

from tests.service.web.hostile import n42
from vision.errors import UnreadableScan
from vision.formats import read_scan
from vision.formats.spectrum_xml import MAX_DEPTH, checked
from vision.scan import RadiationScan, RawScan


def counts_of(data: bytes) -> float:
    scan = read_scan(RawScan(name="portal.n42", data=data))
    assert isinstance(scan, RadiationScan)
    return float(scan.spectra[0].counts.sum())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-8"])
def test_a_document_is_read_in_every_unicode_encoding(encoding: str) -> None:
    assert counts_of(n42().decode().encode(encoding)) == 256


def test_the_encoding_that_a_utf16_document_declares_is_put_aside() -> None:
    text = n42().decode().replace('version="1.0"', 'version="1.0" encoding="UTF-16"')
    assert counts_of(text.encode("utf-16")) == 256


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_nested_deeply_is_refused(encoding: str) -> None:
    deep = n42(inside="<a>" * MAX_DEPTH + "</a>" * MAX_DEPTH).decode().encode(encoding)
    with pytest.raises(UnreadableScan, match="nested more than 64 deep"):
        checked(deep)


def test_siblings_are_not_depth() -> None:
    assert counts_of(n42(inside="<a></a>" * 1000)) == 256


@pytest.mark.parametrize("data", [b"$SPEC_ID:\n", b"<<PMCA SPECTRUM>>\n", b"\0\4\4\0", b""])
def test_what_is_no_xml_is_left_to_other_readers(data: bytes) -> None:
    assert checked(data) is None


@pytest.mark.parametrize("start", [b"x", b"\0", b"\x0b", b"# "])
def test_xml_behind_something_else_is_never_parsed_as_xml(start: bytes) -> None:
    with pytest.raises(UnreadableScan):
        read_scan(RawScan(name="portal.n42", data=start + n42()))
