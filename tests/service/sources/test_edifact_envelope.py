from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydifact.segments import Segment as WrittenSegment
from pydifact.serializer import Serializer

from service.sources import Limits, PaperFile, UnreadablePaper
from service.sources.edifact.envelope import Message, message_kind, read_messages
from service.sources.edifact.moment import moment
from service.sources.intake import Intake

ONE = (
    "UNB+UNOA:2+SENDER+RECEIVER+240501:1015+REF1'"
    "UNH+1+BAPLIE:D:95B:UN:SMDG22'BGM++1+9'UNT+3+1'"
    "UNZ+1+REF1'"
)


def intake(data: str | bytes) -> Intake:
    data = data.encode() if isinstance(data, str) else data
    file = PaperFile(name="a.edi", data=data, site="north")
    return Intake(file, source="edifact", limits=Limits())


def read(data: str | bytes) -> list[Message]:
    return read_messages(intake(data))


def refused(data: str) -> str:
    into = intake(data)
    assert read_messages(into) == []
    return into.batch().refused[0].reason


def test_a_message_knows_its_sender_and_time() -> None:
    (message,) = read(ONE)
    assert (message.kind, message.sender, message.identity) == ("BAPLIE", "SENDER", "REF1/1")
    assert message.prepared_at == datetime(2024, 5, 1, 10, 15, tzinfo=UTC)
    assert message.where(message.segments[0]) == "segment 2 BGM"


@pytest.mark.parametrize(
    "text",
    [
        "UNA:+.? '" + ONE,
        "UNA:+.? '\r\n" + ONE.replace("'", "'\r\n"),
        "\ufeff" + ONE,
        ONE.replace("'", "'  \n"),
        ONE.replace("BGM", "B\nGM"),
        "UNA|~.\\ #" + ONE.translate(str.maketrans(":+?'", "|~\\#")),
        "UNA:+.? \n" + ONE.replace("'", "\n"),
        "UNA:+,  '" + ONE,
        ONE.translate(str.maketrans(":+'", "\x1f\x1d\x1c")),
        ONE + "\x1a",
        ONE.replace("UNH", "UNG+BAPLIE+A+B+240501:1015+7+UN+D:95B'UNH").replace(
            "UNZ", "UNE+1+7'UNZ"
        ),
        ONE.replace("240501", "20240501"),
        ONE.replace("UNT+3", "UNT+0003"),
    ],
    ids=[
        "UNA", "lines", "byte order mark", "blanks between", "wrapped line", "own separators",
        "newline ends segments", "no release character", "level B", "control-Z", "groups",
        "long date", "zeros before the count",
    ],
)  # fmt: skip
def test_envelopes_of_many_shapes_are_the_same(text: str) -> None:
    (message,) = read(text)
    assert message.segments == read(ONE)[0].segments


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (ONE.replace("UNZ+1", "UNZ+2"), "UNZ counts '2', there are 1"),
        (ONE.replace("UNZ+1+REF1", "UNZ+1+REF2"), "UNZ names 'REF2'"),
        (ONE.replace("UNZ+1+REF1'", ""), "UNZ is missing"),
        (ONE[:-1], "does not end"),
        (ONE.replace("UNT+3+1'", ""), "UNT is missing"),
        (ONE.replace("UNT+3+1'UNZ+1+REF1'", ""), "UNT is missing"),
        (ONE + "hello", "expected UNB or UNH"),
        (ONE.replace("UNZ", "FTX+AAA'UNZ"), "FTX at a place where none is expected"),
        (ONE.replace("UNH", "UNB+UNOA:2+A+B+240501:1015+X'UNH"), "UNB inside"),
        (ONE.replace("REF1'UNH", "'UNH"), "interchange reference"),
        (ONE.replace("REF1'UNH", "REF1++++++1'UNH"), "a test interchange"),
        (ONE.replace("BGM+", "BGM+\x00"), "control character"),
        (ONE.replace("BGM", "bgm"), "expected a segment tag"),
        (ONE.replace("BGM+", "BGM+" + "x" * 30_000), "30008 characters"),
        ("UNA++.? '" + ONE, "separators must differ"),
        ("UNA:+", "separators must not be blank"),
        (ONE.replace("UNOA", "UNOX"), "character set UNOX is not read"),
        (
            ONE.replace("UNH", "UNG+A+B+C+240501:1015+7'UNH").replace("UNZ", "UNE+2+7'UNZ"),
            "UNE counts '2'",
        ),
        (ONE.replace("UNH", "UNG+A+B+C+240501:1015+7'UNH"), "UNZ at a place"),
        (ONE[:-1] + "?'", "does not end"),
    ],
)
def test_a_lying_or_broken_envelope_is_refused(text: str, reason: str) -> None:
    with pytest.raises(UnreadablePaper, match="edifact") as caught:
        read(text)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("trailer", "reason"),
    [
        ("UNT+4+1'", "UNT counts '4' segments, there are 3"),
        ("UNT+x+1'", "UNT counts 'x' segments"),
        ("UNT+3+2'", "UNT names message '2'"),
        ("UNT'", "UNT counts ''"),
    ],
)
def test_a_message_with_a_lying_trailer_is_refused_alone(trailer: str, reason: str) -> None:
    assert reason in refused(ONE.replace("UNT+3+1'", trailer))


def test_a_message_reference_that_comes_twice_is_refused_the_second_time() -> None:
    into = intake(
        ONE.replace("UNZ+1", "UNH+1+BAPLIE:D:95B:UN'BGM++2+9'UNT+3+1'UNZ+2"),
    )
    (message,) = read_messages(into)
    assert message.segments[0].text(1) == "1"
    into.refuse("", "")
    assert "comes twice" in into.batch().refused[0].reason


def test_text_that_looks_like_una_is_no_una() -> None:
    # pydifact's own parser would start again at the UNA and lose the container before it.
    text = ONE.replace("BGM++1+9'", "BGM++1+9'FTX+AAA+++?'UNA?:?+.?? ?''").replace("UNT+3", "UNT+4")
    (message,) = read(text)
    assert [segment.tag for segment in message.segments] == ["BGM", "FTX"]
    assert message.segments[1].text(3) == "'UNA:+.? '"


def test_several_interchanges_stand_in_one_file() -> None:
    messages = read(ONE + "\r\nUNA:+.? '" + ONE.replace("REF1", "REF2"))
    assert [message.identity for message in messages] == ["REF1/1", "REF2/1"]
    assert [m.where(m.segments[0]) for m in messages] == [
        "message 1, segment 2 BGM",
        "message 2, segment 2 BGM",
    ]


def test_messages_without_an_interchange_are_taken_with_a_doubt() -> None:
    into = intake("UNH+1+BAPLIE:D:95B:UN'BGM++1+9'UNT+3+1'")
    assert len(read_messages(into)) == 1
    into.refuse("", "")
    assert "no interchange" in into.batch().doubts[0].reason


@pytest.mark.parametrize(
    ("charset", "codec", "text"),
    [
        ("UNOC", "iso8859-1", "Müller & Söhne"),
        ("UNOD", "iso8859-2", "Łódź"),
        ("UNOE", "iso8859-5", "Груз"),
        ("UNOF", "iso8859-7", "Φορτίο"),
        ("UNOY", "utf-8", "貨物"),
    ],
)
def test_letters_are_read_in_the_declared_set(charset: str, codec: str, text: str) -> None:
    data = ONE.replace("UNOA", charset).replace("BGM++1", f"BGM++{text}").encode(codec)
    assert read(data)[0].segments[0].text(1) == text


def test_bytes_outside_the_declared_set_are_refused() -> None:
    with pytest.raises(UnreadablePaper, match="not of the character set UNOY"):
        read(ONE.replace("UNOA", "UNOY").replace("BGM++1", "BGM++Ü").encode("iso8859-1"))


@pytest.mark.parametrize("codec", ["utf-8", "iso8859-1"])
def test_letters_beyond_level_a_are_read_with_a_doubt(codec: str) -> None:
    into = intake(ONE.replace("BGM++1", "BGM++MÜLLER").encode(codec))
    assert read_messages(into)[0].segments[0].text(1) == "MÜLLER"
    into.refuse("", "")
    assert "beyond UNOA" in into.batch().doubts[0].reason


def test_the_first_message_says_the_kind() -> None:
    assert message_kind(ONE.encode()) == "BAPLIE"
    assert message_kind(b"UNA|~.\\ #UNH~1~CODECO|D|95B|UN#") == "CODECO"
    assert message_kind(b"hello UNH+1+CODECO:D:95B:UN'") is None


words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Z")), min_size=1, max_size=12
)
elements = st.one_of(words, st.lists(words, min_size=2, max_size=4))


@given(st.lists(st.lists(elements, min_size=1, max_size=5), max_size=6))
def test_what_pydifact_writes_is_read_unchanged(rows: list[list[str | list[str]]]) -> None:
    body = [WrittenSegment("FTX", *row) for row in rows]
    message = [
        WrittenSegment("UNH", "1", ["BAPLIE", "D"]),
        *body,
        WrittenSegment("UNT", str(len(body) + 2), "1"),
    ]
    (found,) = read(
        ONE[: ONE.index("UNH")].replace("UNOA", "UNOY")
        + Serializer().serialize(message, with_una_header=False)
        + "UNZ+1+REF1'"
    )
    assert [segment.elements for segment in found.segments] == [
        [[element] if isinstance(element, str) else element for element in row] for row in rows
    ]


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        ("20240501", "102", "2024-05-01T00:00:00+02:00"),
        ("240501", "101", "2024-05-01T00:00:00+02:00"),
        ("2405011015", "201", "2024-05-01T10:15:00+02:00"),
        ("202401011015", "203", "2024-01-01T10:15:00+01:00"),
        ("20240501101530", "204", "2024-05-01T10:15:30+02:00"),
        ("202405011015+0000", "205", "2024-05-01T10:15:00+00:00"),
        ("202405011015-0330", "205", "2024-05-01T10:15:00-03:30"),
        ("202405011015+02", "205", "2024-05-01T10:15:00+02:00"),
        ("202405011015UTC", "303", "2024-05-01T10:15:00+00:00"),
        ("202405011015CET", "303", "2024-05-01T10:15:00+01:00"),
        ("202405012400", "203", "2024-05-02T00:00:00+02:00"),
        ("202410270230", "203", "2024-10-27T02:30:00+02:00"),
        ("9905011015", "201", "1999-05-01T10:15:00+02:00"),
    ],
)
def test_a_time_without_a_zone_is_local(text: str, code: str, expected: str) -> None:
    assert moment(text, code, zone=BERLIN) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("20240230", "102"),
        ("202405011060", "203"),
        ("202405012401", "203"),
        ("202405011015CST", "303"),
        ("202405011015+9900", "205"),
        ("00000101", "102"),
        ("00010101", "102"),
        ("", "203"),
        ("2024-05-01", "102"),
        ("2024050110", "203"),
        ("20240501", "718"),
        ("٢٠٢٤٠٥٠١", "102"),
    ],
)
def test_what_is_no_time_is_refused(text: str, code: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        moment(text, code, zone=ZoneInfo("Asia/Tokyo"))


def test_a_local_day_is_never_more_than_a_day_off() -> None:
    utc, local = (moment("20240501", "102", zone=zone) for zone in (UTC, BERLIN))
    assert utc - local == timedelta(hours=2)


def test_an_advice_that_lost_its_blank_is_read_with_a_doubt() -> None:
    into = intake("UNA:+.?'" + ONE)
    assert len(read_messages(into)) == 1
    assert into._doubts[0].where == "UNA"


@pytest.mark.parametrize("advice", ["UNA:+.'\n", "UNA'", "UNA:+.?x' 12"])
def test_an_advice_that_is_none_is_named(advice: str) -> None:
    data = advice + ONE
    assert message_kind(data.encode()) in ("BAPLIE", None)
    with pytest.raises(UnreadablePaper) as caught:
        read(data)
    assert "UNA" in str(caught.value)
