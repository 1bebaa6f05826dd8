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


@dataclass(frozen=True, slots=True)
class RegistrationRow:
    """A person as the practice that registered them states; `nhs_number` is valid or None."""

    practice_code: str
    local_id: str
    nhs_number: str | None
    family_name: str
    given_name: str
    birth_date: date
    sex: str
    ethnicity: str
    language: str
    interpreter_required: bool
    address: str
    postcode: str
    phone: str
    lsoa11_code: str
    died_on: date | None
    starts: date
    ends: date | None


@dataclass(frozen=True)
class LoadedRegistrations:
    """What a load changed. `patient_ids` holds the patient of each row given, in order."""

    patient_ids: list[int]
    patients_added: int
    patients_changed: int
    numbers_changed: int
    registrations_added: int
    registrations_changed: int
    registrations_ended: int
    suspicious: tuple[str, ...] = ()
