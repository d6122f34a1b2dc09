"""The form of EORI numbers by country: unusual is not wrong, and no number is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.parties.eori import EoriForm, check_eori


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("DE1234567", EoriForm.USUAL),
        ("de 123 456 789 012 345", EoriForm.USUAL),
        ("FR12345678901234", EoriForm.USUAL),
        ("FI1234567-8", EoriForm.USUAL),
        ("ATEOS1000012345", EoriForm.USUAL),
        ("PL123456789000000", EoriForm.USUAL),
        ("XI123456789000", EoriForm.USUAL),
        ("FR123", EoriForm.UNUSUAL),
        ("NL123456789B01", EoriForm.UNUSUAL),
        ("EL123456789", EoriForm.UNKNOWN_COUNTRY),
        ("US123456789", EoriForm.UNKNOWN_COUNTRY),
        ("1234567", EoriForm.NO_EORI),
        ("DE1234567890123456", EoriForm.NO_EORI),
        ("", EoriForm.NO_EORI),
        ("DE١٢٣٤٥٦٧", EoriForm.NO_EORI),
    ],
)
def test_the_form_is_told_by_country(text: str, form: EoriForm) -> None:
    checked = check_eori(text)
    assert checked.form is form
    assert bool(checked.reason) is (form is not EoriForm.USUAL)


@given(st.text(max_size=40))
def test_anything_gets_an_answer(text: str) -> None:
    assert check_eori(text).form in EoriForm
