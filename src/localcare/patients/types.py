"""What other rooms hand to `patients`."""

from dataclasses import dataclass
from datetime import date

from localcare.patients import nhs_numbers


@dataclass(frozen=True)
class Described:
    """A person as a message describes them: by an NHS number, by the sender's own names for them, or both.

    `local_ids` are unique within the sender, e.g. `Patient/17` or `https://hospital.example/mrn|4711`; the first is
    the one the sender means by.
    """

    family_name: str
    nhs_number: str = ""
    local_ids: tuple[str, ...] = ()
    given_name: str = ""
    birth_date: date | None = None
    sex: str = "not_known"
    address: str = ""
    postcode: str = ""
    phone: str = ""
    language: str = ""
    died_on: date | None = None

    @property
    def nhs_number_is_refused(self) -> bool:
        """True when a number is given that is no NHS number: its check digit fails, or it is 0000000000."""
        return bool(self.nhs_number) and nhs_numbers.normalised(self.nhs_number) is None


class Mismatch(Exception):
    """A description cannot be the person it names; the message says why, without a value that identifies."""
