from datetime import date

import pytest

from localcare.web.calc.finding import Sought, read

BORN = date(1935, 3, 4)


@pytest.mark.parametrize(
    ("typed", "sought"),
    [
        ("999 123 4567 4/3/1935", Sought("9991234567", "", BORN)),
        ("9991234567 4 March 1935", Sought("9991234567", "", BORN)),
        ("1935-03-04 999-123-4567", Sought("9991234567", "", BORN)),
        ("Margaret Ashdown 4.3.1935", Sought("", "Margaret Ashdown", BORN)),
        ("Van der Berg, 4/3/1935", Sought("", "Van der Berg", BORN)),
        ("De Souza, Ana 4/3/1935", Sought("", "De Souza, Ana", BORN)),
        ("O'Neill 4 mar 1935", Sought("", "O'Neill", BORN)),
        ("Ashdown", Sought("", "Ashdown", None)),
        ("4/3/1935", Sought("", "", BORN)),
        ("31/2/1935 Ashdown", Sought("", "Ashdown", None)),
        ("", Sought()),
    ],
)
def test_two_identifiers_in_any_order_and_manner(typed, sought):
    assert read(typed) == sought
