from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.papers.consignment import Consignment, Equipment, GoodsItem
from service.domain.papers.unloading import (
    Discrepancies,
    EquipmentRemark,
    ItemRemark,
    UnloadingRemarks,
    discrepancies,
)
from service.sources import Limits, UnreadablePaper
from service.sources.contract import mutations
from service.sources.unloading_remarks import read_cc044c, write_cc044c

REMARKS = UnloadingRemarks(
    mrn="25DE48510000001JK4",
    office="PL301010",
    trader="PL123456789",
    prepared_at=datetime(2025, 3, 5, 8, 30, tzinfo=UTC),
    unloaded_on=date(2025, 3, 5),
    conform=False,
    seals_intact=False,
    remark='Two drums < "leaking" & open',
    other_things="container MSKU0000000 not found",
    equipment=(
        EquipmentRemark(sequence=1, container_code="MSCU6639870", seals=("X-1", "X-2")),
        EquipmentRemark(sequence=2, seals=()),
    ),
    items=(
        ItemRemark(declaration_item=3, goods_item=1, house=2, packages=78, hs_code="27101245"),
        ItemRemark(declaration_item=4, goods_item=2, house=2, gross_mass_kg=20999.5, marks="B"),
    ),
)


def write(remarks: UnloadingRemarks) -> bytes:
    return write_cc044c(remarks, sender="PL1", recipient="NTA.PL", message_id="M-1")


def test_remarks_come_back_as_they_were_written() -> None:
    assert read_cc044c(write(REMARKS), limits=Limits()) == REMARKS


def test_remarks_that_conform_carry_no_consignment() -> None:
    conform = UnloadingRemarks(
        mrn=REMARKS.mrn,
        office=REMARKS.office,
        trader=REMARKS.trader,
        prepared_at=REMARKS.prepared_at,
        unloaded_on=REMARKS.unloaded_on,
        conform=True,
        seals_intact=True,
    )
    assert b"<Consignment>" not in write(conform)
    assert read_cc044c(write(conform), limits=Limits()) == conform
    with pytest.raises(ValueError, match="no discrepancies"):
        replace(conform, equipment=REMARKS.equipment)
    with pytest.raises(ValueError, match="no discrepancies"):
        replace(conform, seals_intact=False)


def test_the_elements_stand_in_the_order_of_the_schema() -> None:
    text = write(REMARKS).decode()
    names = [
        "messageSender",
        "messageRecipient",
        "preparationDateAndTime",
        "messageIdentification",
        "messageType",
        "TransitOperation",
        "CustomsOfficeOfDestinationActual",
        "TraderAtDestination",
        "UnloadingRemark",
        "Consignment",
        "TransportEquipment",
        "HouseConsignment",
        "ConsignmentItem",
    ]
    places = [text.index(f"<{name}>") for name in names]
    assert places == sorted(places)


def test_a_time_of_another_zone_is_written_in_utc() -> None:
    east = replace(
        REMARKS, prepared_at=datetime(2025, 3, 5, 10, 30, tzinfo=timezone(timedelta(hours=2)))
    )
    assert b"2025-03-05T08:30:00" in write(east)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"remark": "x" * 513}, "at most 512"),
        ({"remark": "a\x00b"}, "cannot carry"),
        ({"equipment": (EquipmentRemark(sequence=1, seals=("y" * 21,)),)}, "at most 20"),
        ({"items": (ItemRemark(declaration_item=1, goods_item=1, hs_code="2710"),)}, "6 or 8"),
    ],
)
def test_what_the_message_has_no_room_for_is_not_cut_off(
    changed: dict[str, object], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        write(replace(REMARKS, **changed))  # type: ignore[arg-type]


def test_what_is_no_cc044c_or_contradicts_itself_is_refused() -> None:
    with pytest.raises(UnreadablePaper, match="expected CC044C"):
        read_cc044c(b"<CC015C/>", limits=Limits())
    with pytest.raises(UnreadablePaper, match="an MRN"):
        read_cc044c(b"<CC044C/>", limits=Limits())
    text = write(REMARKS).replace(b"<conform>0<", b"<conform>1<")
    with pytest.raises(UnreadablePaper, match="no discrepancies"):
        read_cc044c(text, limits=Limits())
    text = write(REMARKS).replace(b"<numberOfSeals>2<", b"<numberOfSeals>9<")
    with pytest.raises(UnreadablePaper, match="numberOfSeals is 9"):
        read_cc044c(text, limits=Limits())


def test_mutations_never_crash_it() -> None:
    for data in mutations(write(REMARKS), count=1000, seed=20261):
        try:
            read_cc044c(data, limits=Limits())
        except UnreadablePaper as problem:
            assert problem.reason


_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=20)


@given(
    remark=_WORDS,
    seals=st.none() | st.lists(_WORDS.filter(bool), max_size=4).map(tuple),
    packages=st.none() | st.integers(0, 10**8),
    gross=st.none() | st.integers(0, 10**9).map(lambda n: n / 1000),
)
def test_any_remarks_survive_the_round_trip(
    remark: str, seals: tuple[str, ...] | None, packages: int | None, gross: float | None
) -> None:
    remarks = replace(
        REMARKS,
        remark=remark,
        equipment=(EquipmentRemark(sequence=1, seals=seals),),
        items=(
            ItemRemark(declaration_item=1, goods_item=1, packages=packages, gross_mass_kg=gross),
        ),
    )
    assert read_cc044c(write(remarks), limits=Limits()) == remarks


def a_consignment(*boxes: Equipment, goods: tuple[GoodsItem, ...] = ()) -> Consignment:
    return Consignment(equipment=boxes, goods=goods)


def test_an_exchanged_container_and_changed_seals_become_remarks() -> None:
    declared = a_consignment(
        Equipment(code="AAAU0000000", seals=("1",)),
        Equipment(code="BBBU0000000", seals=("2",)),
        Equipment(code="CCCU0000000"),
    )
    found = a_consignment(
        Equipment(code="BBBU0000000", seals=("9",)), Equipment(code="DDDU0000000", seals=("7",))
    )
    assert discrepancies(declared=declared, found=found) == Discrepancies(
        equipment=(
            EquipmentRemark(sequence=1, container_code="DDDU0000000", seals=("7",)),
            EquipmentRemark(sequence=2, seals=("9",)),
        ),
        missing=("CCCU0000000",),
    )


def test_a_container_too_many_gets_the_next_number() -> None:
    found = discrepancies(
        declared=a_consignment(Equipment(code="AAAU0000000")),
        found=a_consignment(Equipment(code="AAAU0000000"), Equipment(code="DDDU0000000")),
    )
    assert found.equipment == (EquipmentRemark(sequence=2, container_code="DDDU0000000", seals=()),)


def test_only_what_differs_of_an_item_is_remarked() -> None:
    item = GoodsItem(number=1, description="Petrol", gross_mass_kg=100.0, packages=4)
    same = discrepancies(declared=a_consignment(goods=(item,)), found=a_consignment(goods=(item,)))
    assert same.none
    found = discrepancies(
        declared=a_consignment(goods=(item,)),
        found=a_consignment(goods=(replace(item, packages=3),)),
    )
    assert found.items == (ItemRemark(declaration_item=1, goods_item=1, packages=3),)
