"""The contract of a paper source, for every one of the catalogue.

Its own source recognises a format and no other does; what was cut off is never taken in silence;
whatever is done to a file, papers, refusals with their reasons, or `UnreadablePaper` come of it.
"""

import json

import pytest
import test_ais
import test_baplie
import test_bill_of_lading
import test_coarri
import test_codeco
import test_container_status
import test_coprar
import test_customs_csv
import test_dcsa_events
import test_gate_appointment
import test_gnss_track
import test_ics2_ens
import test_iftsta
import test_invoices
import test_ncts
import test_packing_list
import test_tallyman_json
import test_tic40
import test_vermas
import test_wco_data_model
import test_weighbridge
from customs_builders import a_file, assert_survives_mutations

from service.sources import HEAD_BYTES, Limits, UnreadablePaper
from service.sources.catalogue import CATALOGUE, read_paper_file

SAMPLES = {
    "ncts": test_ncts.a_message(),
    "ncts cancellation": test_ncts.a_message("CC014C"),
    "ics2_ens": test_ics2_ens.a_filing(),
    "ics2_ens amendment": test_ics2_ens.a_filing("IE3A11", reference="<MRN>1</MRN>"),
    "wco_data_model": test_wco_data_model.a_declaration(),
    "tallyman_json": test_tallyman_json.a_document(),
    "tallyman_json posted": json.dumps(test_tallyman_json.POSTED),
    "tallyman_json lines": "\n".join([test_tallyman_json.a_document()] * 2),
    "customs_csv": test_customs_csv.ENGLISH,
    "customs_csv german": test_customs_csv.GERMAN,
    "customs_csv lines": '{"mrn": "A", "kind": "import", "hs_code": "8418"}\n',
    "ubl_invoice": test_invoices.a_ubl_invoice(),
    "facturx": test_invoices.a_cii_invoice(),
    "facturx pdf": test_invoices.a_pdf(test_invoices.a_cii_invoice().encode()),
    "packing_list": test_packing_list.TABLE,
    "packing_list ubl": test_packing_list.ADVICE,
    "packing_list json": json.dumps(test_packing_list.EXAMPLE),
    "bill_of_lading": json.dumps(test_bill_of_lading.VERSION_3),
    "bill_of_lading older": json.dumps(test_bill_of_lading.VERSION_2),
    "bill_of_lading table": test_bill_of_lading.TABLE,
    "baplie": test_baplie.D95B,
    "baplie 3.1": test_baplie.D13B,
    "coarri": test_coarri.DISCHARGED,
    "codeco": test_codeco.IN,
    "coprar": test_coprar.LOAD,
    "iftsta": test_iftsta.STATUS,
    "vermas": test_vermas.VGM,
    "tic40": json.dumps(test_tic40.gate()),
    "container_status": test_container_status.TABLE,
    "dcsa_events": test_dcsa_events.VERSION_2,
    "dcsa_events 3": json.dumps(test_dcsa_events.VERSION_3),
    "weighbridge": test_weighbridge.TABLE,
    "gate_appointment": test_gate_appointment.TABLE,
    "gnss_track": test_gnss_track.TABLE,
    "gnss_track gpx": test_gnss_track.GPX,
    "ais": test_ais.TABLE,
    "ais nmea": test_ais.NMEA,
}
WITH_A_STATEMENT_TO_REFUSE = {"baplie", "codeco", "vermas"}
SOURCES = {source.name: source for source in CATALOGUE}
FEW, MANY = 120, 1000


def test_every_source_of_the_catalogue_has_a_sample() -> None:
    assert {name.split(maxsplit=1)[0] for name in SAMPLES} == set(SOURCES)


@pytest.mark.parametrize("name", SAMPLES)
def test_each_sample_is_recognised_by_its_own_source_only(name: str) -> None:
    data = SAMPLES[name]
    raw = data.encode() if isinstance(data, str) else data
    own = name.split(maxsplit=1)[0]
    assert [s.name for s in CATALOGUE if s.recognises(raw[:HEAD_BYTES])] == [own]
    batch = read_paper_file(a_file(raw, name="upload.dat"), limits=Limits())
    assert batch.source == own
    assert batch.papers
    assert len(batch.refused) == (name in WITH_A_STATEMENT_TO_REFUSE)


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00" * 100, b"\xff\xfe\x00", b"hello", b"{}", b"[]", b"<a/>", b"a,b\n1,2\n", b"%PDF"],
)
def test_what_is_of_no_known_format_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadablePaper):
        read_paper_file(a_file(data), limits=Limits())


@pytest.mark.parametrize("name", SAMPLES)
def test_every_source_keeps_the_contract(name: str) -> None:
    assert_survives_mutations(SOURCES[name.split(maxsplit=1)[0]], SAMPLES[name], count=FEW)


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLES)
def test_a_thousand_mutated_files_are_taken_or_refused_with_reasons(name: str) -> None:
    assert_survives_mutations(
        SOURCES[name.split(maxsplit=1)[0]], SAMPLES[name], count=MANY, seed=77
    )
