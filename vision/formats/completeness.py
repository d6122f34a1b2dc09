"""Is a spectrum file whole? SpecUtils reads the beginning of a cut one without a word.

What each format lets us see:

- N42 and other XML: the document must be well-formed (`spectrum_xml`), every spectrum in it must
  have been read, and a calibration that it states must be possible.
- IAEA and ORTEC text (`$DATA:`): as many counts as announced, calibration lines complete, a line
  end at the end.
- RadiaCode spectrogram: the records' times add up to the time that the heading states.
- ORTEC binary .Spc: no record that the heading points to is missing.
- ORTEC binary .Chn: all counts that the heading announces, and the tail of 512 bytes or nothing.
- PCF and GR-130 or GR-135 binary: whole records. Cut between two they look whole.
- Amptek .mca and CTBTO .phd: the words that end them.
- TKA: a line end at the end; channels that are no power of two are in doubt.
- Comma-separated tables: all columns in the last line. They state no length: cut exactly at a line
  end they look whole, and without a line end the last number may have lost digits (`open_end`).
"""

from __future__ import annotations

import re
import struct

from vision.errors import UnreadableScan

_COUNTS = re.compile(rb"<(?:[\w.-]+:)?ChannelData[\s/>]")
# Those of energies; `Coefficients` of N42-2006 may be of widths too, so its type must be known.
_COEFFICIENTS = re.compile(
    rb'CoefficientValues[^>]*>([^<]*)<|Type="Energy"[^>]*>(?:(?!</).)*?<Coefficients>([^<]*)<', re.S
)
# A table without a heading.
_TABLE = re.compile(rb"[ \t]*-?[\d.]+(?:[ \t]*[,;\t ][ \t]*-?[\d.eE+-]+)+[ \t]*\r?\n")
# Live time, real time, then one count on each line.
_TKA = re.compile(rb"\s*[\d.]+[ \t]*\r?\n\s*[\d.]+[ \t]*\r?\n(?:[ \t]*\d+[ \t]*\r?\n)+")
_TKA_TIMES = 2
_FEWEST_CHANNELS = 256
_GR_MARK = b"ZZZZ"
# GR-130, GR-135 of both versions (as SpecUtils writes them).
_GR_RECORDS = (560, 2124, 2160)
_PCF_BLOCK = 256
_SPC_RECORD = 128
_SPECTROGRAM = b"Spectrogram:"
# Less than a record, which is a minute by default.
_SPECTROGRAM_SLACK_S = 10
_CHN_MARK = struct.pack("<h", -1)
_CHN_HEAD, _CHN_TAIL = 32, 512
# Words of an .Spc heading that point to records, counted from 1.
_SPC_POINTERS = slice(4, 31)
_COUNTED = {b"$MCA_CAL:": 1, b"$SHAPE_CAL:": 1}


def check(data: bytes) -> str:
    """Refuse what was visibly cut; returns what is in doubt all the same, "" if nothing.

    Raises:
        UnreadableScan: says what is missing.
    """
    head = data[:4096]
    if b"$DATA:" in data[:65_536]:
        _sections(data)
    elif head.startswith(_SPECTROGRAM):
        _spectrogram(data)
    elif _is_spc(data):
        _spc(data)
    elif data[:2] == _CHN_MARK:
        _chn(data)
    elif head[2:5] == b"DHS":
        _pcf(data)
    elif head.startswith(_GR_MARK):
        return _exploranium(data)
    elif head.startswith(b"<<"):
        _must_end(data, b"<<", b"END>>", scan_format="mca")
    elif head.startswith(b"BEGIN "):
        _must_end(data, b"\n", b"STOP", scan_format="phd")
    elif _TKA.match(head):
        return _tka(data)
    elif _TABLE.match(head):
        last = data.rstrip(b"\r\n").rpartition(b"\n")[2] + b"\n"
        if not _TABLE.fullmatch(last):
            raise UnreadableScan("spectrum", "the last line is not complete", offset=len(data))
        return open_end(data)
    return ""


def check_document(document: bytes, *, spectra: int, stand_in: bool) -> None:
    """Refuse an XML document that was not read as it is.

    Args:
        document: well-formed, in UTF-8.
        spectra: how many spectra came out of it.
        stand_in: some of them without a calibration that could be used.

    Raises:
        UnreadableScan: it holds more spectra, or states a calibration that is impossible.
    """
    announced = len(_COUNTS.findall(document))
    if spectra < announced:
        raise UnreadableScan("n42", f"{announced} spectra in the document, {spectra} were read")
    if stand_in and any(
        re.search(rb"[1-9]", found[1] or found[2]) for found in _COEFFICIENTS.finditer(document)
    ):
        raise UnreadableScan("n42", "the energy calibration that it states is impossible")


def check_lines(data: bytes, *, scan_format: str) -> None:
    """The last line of a text file must have its end.

    Raises:
        UnreadableScan: it has none, so that its last number may be cut.
    """
    if not data.endswith((b"\n", b"\r")):
        raise UnreadableScan(
            scan_format, "the last line has no end; the file may be cut", offset=len(data)
        )


def open_end(data: bytes) -> str:
    """What nobody can vouch for in a text that ends without a line end; "" if it has one."""
    if data.endswith((b"\n", b"\r")):
        return ""
    return "the last line has no end; if the file was cut, its last number lacks digits"


def _sections(data: bytes) -> None:
    check_lines(data, scan_format="spe")
    lines = [line.strip() for line in data.splitlines()]
    at = next((i for i, line in enumerate(lines) if line.startswith(b"$DATA:")), None)
    if at is None:
        raise UnreadableScan("spe", "$DATA: does not begin a line")
    bounds = re.fullmatch(rb"(\d{1,7})\s+(\d{1,7})", lines[at + 1] if at + 1 < len(lines) else b"")
    if bounds is None:
        raise UnreadableScan("spe", "$DATA: has no first and last channel")
    expected = int(bounds[2]) - int(bounds[1]) + 1
    found = 0
    for line in lines[at + 2 :]:
        if line.startswith(b"$"):
            break
        found += len(line.split())
    if found != expected:
        raise UnreadableScan("spe", f"{expected} channels announced, {found} found")
    for name, skip in _COUNTED.items():
        if name in lines:
            _numbers(lines, lines.index(name), name=name, skip=skip)


def _numbers(lines: list[bytes], at: int, *, name: bytes, skip: int) -> None:
    """A section that announces how many numbers its next line has."""
    try:
        count = int(lines[at + skip])
        values = [float(value) for value in lines[at + skip + 1].split()[:count]]
    except (IndexError, ValueError) as problem:
        raise UnreadableScan("spe", f"{name.decode()} is not complete") from problem
    if len(values) < count:
        raise UnreadableScan("spe", f"{name.decode()} announces {count} numbers")


def _spectrogram(data: bytes) -> None:
    check_lines(data, scan_format="rcspg")
    lines = data.splitlines()
    stated = re.search(rb"Accumulation time:\s*(\d+)", lines[0])
    if stated is None or len(lines) < 3:
        raise UnreadableScan("rcspg", "the heading states no accumulation time, or no record came")
    recorded = 0
    for number, line in enumerate(lines[2:], start=3):
        if not line.strip():
            continue
        try:
            recorded += int(line.split(b"\t", 2)[1])
        except (IndexError, ValueError) as problem:
            raise UnreadableScan("rcspg", f"line {number} is no record") from problem
    if recorded < int(stated[1]) - _SPECTROGRAM_SLACK_S:
        raise UnreadableScan(
            "rcspg", f"the heading states {int(stated[1])} s, the records hold {recorded} s"
        )


def _is_spc(data: bytes) -> bool:
    return len(data) >= _SPC_RECORD and struct.unpack_from("<hh", data) in ((1, 1), (1, 5))


def _spc(data: bytes) -> None:
    """ORTEC's file structure manual: words of the first record point to records, from 1."""
    words = struct.unpack_from("<32h", data)
    records = len(data) // _SPC_RECORD
    needed = max(*words[_SPC_POINTERS], words[30] + words[31] - 1)
    if needed > records:
        raise UnreadableScan("spc", f"the heading points to record {needed}, there are {records}")


def _pcf(data: bytes) -> None:
    """Sandia's PCF: the heading's first word is how many blocks each spectrum takes."""
    (blocks,) = struct.unpack_from("<h", data)
    body = len(data) - _PCF_BLOCK
    deviations = data[_PCF_BLOCK:].startswith(b"DeviationPairs")
    step = _PCF_BLOCK if deviations else _PCF_BLOCK * max(1, blocks)
    if blocks <= 0 or body <= 0 or body % step:
        raise UnreadableScan("pcf", f"{body} bytes are no whole records of {step}")


def _exploranium(data: bytes) -> str:
    """Every record begins with the same mark; those of one file have one size."""
    second = data.find(_GR_MARK, len(_GR_MARK))
    if second > 0 and len(data) % second:
        raise UnreadableScan("gr130", f"{len(data)} bytes are no whole records of {second}")
    if second < 0 and len(data) not in _GR_RECORDS:
        return f"a single record of {len(data)} bytes, of no known size; the file may be cut"
    return ""


def _must_end(data: bytes, before: bytes, word: bytes, *, scan_format: str) -> None:
    if before + word not in data:
        raise UnreadableScan(scan_format, f"{word.decode()} is missing; the file may be cut")


def _tka(data: bytes) -> str:
    check_lines(data, scan_format="tka")
    channels = len(data.split()) - _TKA_TIMES
    if channels >= _FEWEST_CHANNELS and channels.bit_count() == 1:
        return ""
    return f"{channels} channels are no power of two; the file may be cut"


def _chn(data: bytes) -> None:
    if len(data) < _CHN_HEAD:
        raise UnreadableScan("chn", f"{len(data)} bytes are no heading of {_CHN_HEAD}")
    (channels,) = struct.unpack_from("<h", data, _CHN_HEAD - 2)
    body = _CHN_HEAD + 4 * channels
    if channels <= 0 or not (len(data) == body or len(data) >= body + _CHN_TAIL):
        raise UnreadableScan(
            "chn", f"{channels} channels need {body} bytes and a tail of {_CHN_TAIL}, or none"
        )
