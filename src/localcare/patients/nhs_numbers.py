"""NHS numbers as text."""

import nhs_number


def normalised(text: str) -> str | None:
    """Ten digits when the text is an NHS number whose check digit holds, else None.

    0000000000 passes the arithmetic and is nobody's: it is refused.
    """
    digits = nhs_number.standardise_format(text)
    if not digits or digits == "0000000000" or not nhs_number.is_valid(digits):
        return None
    return digits
