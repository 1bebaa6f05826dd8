"""The words of the gate, pure: capabilities, purposes, choices and the answer it gives."""

from dataclasses import dataclass
from enum import StrEnum


class Capability(StrEnum):
    """Something a role may do. Seeing a particular person also needs a right to that person."""

    VIEW_PERSON = "view_person"
    VIEW_UNPLANNED = "view_unplanned"
    REVEAL_LIST = "reveal_list"
    REVEAL_WHERE_NAMED = "reveal_where_named"
    NAME_REVEALER = "name_revealer"
    DECIDE_LIST = "decide_list"
    ASK_IDENTITY = "ask_identity"
    RELEASE_IDENTITY = "release_identity"
    RECORD_CHOICE = "record_choice"
    RECORD_AGREEMENT = "record_agreement"
    SEAL_ITEM = "seal_item"
    SEE_LIST_COUNTS = "see_list_counts"
    SEE_CASELOAD = "see_caseload"
    MANAGE_CASELOAD = "manage_caseload"
    RUN_MEETING = "run_meeting"
    JOIN_MEETING = "join_meeting"
    WRITE_PLAN = "write_plan"
    GIVE_TASKS = "give_tasks"
    WORK_ON_TASKS = "work_on_tasks"
    SEE_POPULATION = "see_population"
    SEE_OWN_REGISTERS = "see_own_registers"
    SEE_OVERSIGHT = "see_oversight"
    RECORD_EVALUATION = "record_evaluation"
    SEE_PLANNING = "see_planning"
    CHANGE_PLANNING = "change_planning"


class Purpose(StrEnum):
    DIRECT_CARE = "direct_care"
    RISK_STRATIFICATION = "risk_stratification"
    PLANNING = "planning"


class Consent(StrEnum):
    """Sharing the record for care, as the person decided or could not."""

    GIVEN = "given"
    NOT_ASKED = "not_asked"
    CANNOT_ASK = "cannot_ask"
    OBJECTED = "objected"


class ChoiceKind(StrEnum):
    """The four independent choices of a person."""

    TYPE_1_OPT_OUT = "type_1_opt_out"
    NATIONAL_DATA_OPT_OUT = "national_data_opt_out"
    RISK_STRATIFICATION = "risk_stratification_objection"
    SHARING = "sharing_consent"


class Basis(StrEnum):
    """Why a person may be seen, or may not."""

    REGISTERED = "registered"
    RELATIONSHIP = "relationship"
    NAMED = "named"
    EMERGENCY = "emergency"
    ROLE = "role"
    NO_RELATIONSHIP = "no_relationship"
    OBJECTED = "objected"
    CONSENT_MISSING = "consent_missing"


@dataclass(frozen=True)
class Decision:
    """The gate's answer, with the reason in words and, when refused, whom to ask."""

    allowed: bool
    basis: Basis
    reason: str
    own_organisation_only: bool = False
    emergency_possible: bool = False
