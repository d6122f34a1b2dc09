"""One small valid file of every radiation format, generated."""

import json
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import SpecUtils

from vision.synthesis import passage_files, radiation, traffic
from vision.synthesis.portal import draw

CHANNELS = 64


def _spectrum(seed: int = 3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.poisson(200 * np.exp(-np.arange(CHANNELS) / 20.0) + 2)


def n42() -> bytes:
    return radiation.passage({"Cs-137": 200.0}, seed=3)


def n42_panels() -> bytes:
    rng = np.random.default_rng(5)
    scene = traffic.clean(rng)
    return passage_files.n42(draw(scene, rng), detector="NaI", rng=rng)


def n42_2006() -> bytes:
    counts = " ".join(str(count) for count in _spectrum())
    return f"""<?xml version="1.0"?>
<N42InstrumentData xmlns="http://physics.nist.gov/Divisions/Div846/Gp4/ANSIN4242/2005/ANSIN4242">
<Measurement><InstrumentInformation><Manufacturer>Tallyman</Manufacturer></InstrumentInformation>
<Spectrum><RealTime>PT60S</RealTime><LiveTime>PT59.5S</LiveTime><SourceType>Item</SourceType>
<Calibration Type="Energy" EnergyUnits="keV"><Equation Model="Polynomial">
<Coefficients>0 40 0</Coefficients></Equation></Calibration>
<ChannelData>{counts}</ChannelData></Spectrum></Measurement></N42InstrumentData>
""".encode()


def table() -> bytes:
    rng = np.random.default_rng(5)
    return passage_files.table(draw(traffic.clean(rng), rng))


def rpm() -> bytes:
    rows = []
    for second in range(60):
        stamp = f"06-00-{second:02d}.000"
        if 30 <= second < 34:
            rows += [f"GS,000081,000079,000083,000080,06-00-{second:02d}.{i}00" for i in range(5)]
            rows.append(f"NS,000001,000000,000002,000000,{stamp}")
        else:
            rows.append(f"GB,000401,000399,000388,000410,{stamp}")
            rows.append(f"NB,000001,000000,000001,000000,{stamp}")
        if second == 33:
            rows.append("GX,000001,06-00-34.000")
    return ("\n".join(rows) + "\n").encode()


def spectrum_csv() -> bytes:
    rows = [f"{20 + 40 * i},{count},{count // 2}" for i, count in enumerate(_spectrum())]
    return ("energy_keV,counts,background_counts\n" + "\n".join(rows) + "\n").encode()


def spectrum_json() -> bytes:
    return json.dumps(
        {"HIT": _spectrum().tolist(), "ENER_FIT": [0.0, 40.0], "MEAS_TIM": "59.5 60"}
    ).encode()


def iaea_spe() -> bytes:
    counts = "\n".join(f"{count:8d}" for count in _spectrum())
    return (
        "$SPEC_ID:\ngenerated\n$DATE_MEA:\n01/01/2026 12:00:00\n$MEAS_TIM:\n59 60\n"
        f"$DATA:\n0 {CHANNELS - 1}\n{counts}\n$ENER_FIT:\n0.0 40.0\n"
        "$MCA_CAL:\n3\n0.0 40.0 0.0\n"
    ).encode()


def spectrogram() -> bytes:
    total = " ".join(["3C 00 00 00", *["01 00 00 00"] * CHANNELS])
    rows = [
        f"{133458922314960000 + 600_000_000 * i}\t60\t" + "\t".join(str(c) for c in _spectrum(i))
        for i in range(20)
    ]
    heading = "\t".join(
        [
            "Spectrogram: 2026-01-01 00-00-00",
            "Time: 2026-01-01 00:00:00",
            "Timestamp: 133458921712590000",
            "Accumulation time: 1200",
            f"Channels: {CHANNELS}",
            "Device serial: RC-102-000000",
            "Flags: 0",
            "Comment: ",
        ]
    )
    return ("\n".join([heading, f"Spectrum: {total}", *rows]) + "\n").encode()


def integer_chn() -> bytes:
    """ORTEC's CHN: heading of 32 bytes, counts, tail of 512 bytes."""
    head = struct.pack(
        "<hhh2sii8s4shh", -1, 1, 1, b"00", 3000, 2975, b"01JAN261", b"1200", 0, CHANNELS
    )
    counts = struct.pack(f"<{CHANNELS}i", *_spectrum().tolist())
    tail = struct.pack("<hhfff", -102, 0, 0.0, 40.0, 0.0)
    return head + counts + tail.ljust(512, b"\0")


def tka() -> bytes:
    return ("59.5\r\n60\r\n" + "".join(f"{count}\r\n" for count in _spectrum())).encode()


def amptek_mca() -> bytes:
    counts = "\r\n".join(str(count) for count in _spectrum())
    return (
        "<<PMCA SPECTRUM>>\r\nTAG - live_data\r\nDESCRIPTION - generated\r\nGAIN - 2\r\n"
        "LIVE_TIME - 59.5\r\nREAL_TIME - 60.0\r\nSTART_TIME - 01/01/2026 12:00:00\r\n"
        f"<<CALIBRATION>>\r\nLABEL - keV\r\n0 0\r\n32 1280\r\n"
        f"<<DATA>>\r\n{counts}\r\n<<END>>\r\n"
    ).encode()


def _written(kind: SpecUtils.SaveSpectrumAsType) -> bytes:
    """Three records as SpecUtils writes them."""
    spec = SpecUtils.SpecFile()
    for number in range(3):
        record = SpecUtils.Measurement()
        counts = [float(count) for count in np.tile(_spectrum(number), 4)]
        record.setGammaCounts(counts, 59.5, 60.0)
        record.setSampleNumber(number + 1)
        spec.addMeasurement(record, False)
    spec.cleanupAfterLoad(True, False, False)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        spec.writeToFile(str(path), spec.sampleNumbers(), spec.detectorNames(), kind)
        return path.read_bytes()


def pcf() -> bytes:
    return _written(SpecUtils.SaveSpectrumAsType.Pcf)


def exploranium() -> bytes:
    return _written(SpecUtils.SaveSpectrumAsType.ExploraniumGr130v0)


SAMPLES: dict[str, Callable[[], bytes]] = {
    "n42": n42,
    "n42 with panels": n42_panels,
    "n42 of 2006": n42_2006,
    "csv": table,
    "rpm": rpm,
    "spectrum csv": spectrum_csv,
    "spectrum json": spectrum_json,
    "iaea spe": iaea_spe,
    "radiacode spectrogram": spectrogram,
    "ortec chn": integer_chn,
    "tka": tka,
    "amptek mca": amptek_mca,
    "pcf": pcf,
    "exploranium": exploranium,
}
SUFFIXES = {
    "n42": ".n42",
    "n42 with panels": ".n42",
    "n42 of 2006": ".n42",
    "iaea spe": ".spe",
    "radiacode spectrogram": ".rcspg",
    "ortec chn": ".chn",
    "tka": ".tka",
    "amptek mca": ".mca",
    "pcf": ".pcf",
    "exploranium": ".dat",
}
# Cut between two records they are shorter files of the same kind: bytes of heading and record.
RECORDS = {"pcf": (256, 256 * 5), "exploranium": (0, 560)}
