import pytest

from service.sources import Limits, UnreadablePaper
from service.sources.contract import mutations
from service.sources.xml_document import Element, opening_tags, parse_xml, statements

DOCUMENT = b"""<?xml version="1.0" encoding="UTF-8"?>
<!-- a comment -->
<d:Declaration xmlns:d="urn:one" xmlns="urn:two">
  <Item><Mass unitCode="KGM"> 12.5 </Mass></Item>
  <Item>
    <Mass>7</Mass>
  </Item>
</d:Declaration>
"""


def read(data: bytes, limits: Limits | None = None) -> Element:
    return parse_xml(data, source="test", limits=limits or Limits())


def test_names_lose_their_prefix_and_keep_namespace_line_and_attributes() -> None:
    root = read(DOCUMENT)
    assert (root.name, root.namespace, root.line) == ("Declaration", "urn:one", 3)
    mass = root.all("item/mass")
    assert [m.text for m in mass] == ["12.5", "7"]
    assert mass[0].namespace == "urn:two"
    assert mass[0].attributes == {"unitCode": "KGM"}
    assert mass[1].where == "line 6 Declaration/Item[2]/Mass"


def test_a_statement_is_found_in_an_envelope_but_not_beyond_its_depth() -> None:
    root = read(b"<Envelope><Body><Msg><CC015C><CC015C/></CC015C></Msg></Body></Envelope>")
    found = statements(root, frozenset({"cc015c"}))
    assert [f.path for f in found] == ["Envelope/Body/Msg/CC015C"]
    assert statements(root, frozenset({"cc015c"}), depth=1) == []


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no element"),
        (b"   ", "no element"),
        (b"<a><b></a>", "not well-formed"),
        (b"<a/><b/>", "not well-formed"),
        (b"<a>&unknown;</a>", "not well-formed"),
        (b"<p:a/>", "not well-formed"),
        (b'<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a/>', "document type"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "document type"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "document type"),
        (b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://example.org/p"> %p;]><a/>', "document type"),
        (b'<?xml version="1.0" encoding="utf-7"?><a/>', "encoding"),
        (b'<?xml version="1.0" encoding="zlib"?><a/>', "encoding"),
        (b'<?xml version="1.0" encoding="iso-8859-99"?><a/>', "encoding"),
        (b"<a>\xff</a>", "is not utf-8"),
        (b"<a>\x00</a>", "not well-formed"),
    ],
    ids=lambda value: value[:40].decode("latin-1") if isinstance(value, bytes) else value,
)
def test_what_is_damaged_or_hostile_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadablePaper) as caught:
        read(data)
    assert reason in caught.value.reason
    assert caught.value.source == "test"


def test_a_billion_laughs_are_refused_before_the_first() -> None:
    lol = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    bomb = f'<!DOCTYPE a [<!ENTITY l0 "lol">{lol}]><a>&l9;</a>'
    with pytest.raises(UnreadablePaper, match="document type"):
        read(bomb.encode())


def test_depth_and_size_are_limited_while_reading() -> None:
    read(b"<a>" * 8 + b"</a>" * 8, Limits(max_depth=8))
    with pytest.raises(UnreadablePaper, match="deeper than 8"):
        read(b"<a>" * 9 + b"</a>" * 9, Limits(max_depth=8))
    with pytest.raises(UnreadablePaper, match="deeper than 64"):
        read(b"<a>" * 1_000_000)
    with pytest.raises(UnreadablePaper, match="at most 10 are read"):
        read(b"<a>1234</a>", Limits(max_bytes=10))


def test_more_elements_than_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.sources.xml_document.MAX_ELEMENTS", 5)
    read(b"<a>" + b"<b/>" * 4 + b"</a>")
    with pytest.raises(UnreadablePaper, match="more than 5 elements"):
        read(b"<a>" + b"<b/>" * 5 + b"</a>")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "Müller Ørsted Łódź"),
        ("utf-16", "Müller 青島 Łódź"),
        ("iso-8859-1", "Müller Ørsted"),
        ("windows-1251", "Красный текст"),
        ("gb18030", "青島啤酒"),
        ("shift_jis", "東京"),
    ],
)
def test_encodings_are_read_as_declared(encoding: str, text: str) -> None:
    data = f'<?xml version="1.0" encoding="{encoding}"?><a>{text}</a>'.encode(encoding)
    assert read(data).text == text


def test_a_utf8_file_that_says_utf16_is_read_as_what_it_is() -> None:
    assert read('<?xml version="1.0" encoding="UTF-16"?><a>é</a>'.encode()).text == "é"


def test_the_opening_says_what_a_file_claims_to_be() -> None:
    assert opening_tags(DOCUMENT[:100])[0] == ("urn:one", "declaration")
    assert opening_tags('<?xml version="1.0"?><x:A xmlns:x="u"/>'.encode("utf-16")) == (("u", "a"),)
    hostile = b'<!DOCTYPE a [<!ENTITY x "<fake>">]><p:Real xmlns:p="urn:r" '
    assert opening_tags(hostile) == (("urn:r", "real"),)
    assert opening_tags(b"<!-- <fake/> --><real/>") == (("", "real"),)
    assert opening_tags(b"UNB+UNOA:1'") == ()
    assert opening_tags(b'{"a": "<b/>"}') == ()
    assert opening_tags(b"") == ()


def test_no_opening_takes_long() -> None:
    for piece in (b"<a x='", b"<", b"<!--", b"<a ", b"<!DOCTYPE a [", b"<?x", b"<a xmlns='"):
        opening_tags((piece * 4096)[:4096])


def test_mutations_are_read_or_refused_and_never_anything_else() -> None:
    for data in mutations(DOCUMENT, count=1000, seed=20261):
        opening_tags(data)
        try:
            read(data)
        except UnreadablePaper as problem:
            assert problem.reason
