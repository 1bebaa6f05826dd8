"""What becomes of each shape: the columns kept, how its rows find their person, which rows count, and the tables made.

`keep` is SQL over a file's text (`"name"`) and typed (`"name!"`) columns; `used` says which kept rows are of a kind the
edition holds; `tables` gives each table's query over `linked`, which has `person` and the kept columns.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from localcare.intake.identity import known_by

OWNER = {"owner": "row_owner(organisation, patient_id)"}


@dataclass(frozen=True)
class Feed:
    """`link` is how rows find a person (see `linking`). `codes` gives (system, value) of the codes to number.

    `prepare` runs before the tables are made.
    """

    shape: str
    link: str
    keep: Mapping[str, str]
    used: str = "true"
    codes: str | None = None
    prepare: str | None = None
    tables: Mapping[str, str] = field(default_factory=dict)


OBSERVATION = Feed(
    "gp_observation",
    "owner",
    OWNER | {"on": '"effective_datetime!"', "code": "snomed_concept_id", "value": '"numeric_value!"::FLOAT'},
    codes="SELECT 'snomedct' AS system, code AS value FROM linked",
    tables={
        "observation": """SELECT l.person, l."on", c.code, l.value FROM linked l
            JOIN code c ON c.system = 'snomedct' AND c.value = l.code"""
    },
)
MEDICATION = Feed(
    "gp_medication_issue",
    "owner",
    OWNER
    | {
        "on": '"effective_datetime!"',
        "system": "CASE WHEN dmd_product_code_id IS NULL THEN 'medicine_name' ELSE 'dmd' END",
        "code": "coalesce(dmd_product_code_id, drug_name)",
        "cancelled": 'coalesce("is_cancelled!", false)',
    },
    used="NOT cancelled",
    codes="SELECT system, code AS value FROM linked",
    tables={
        "medication": """SELECT l.person, l."on", c.code FROM linked l
            JOIN code c ON c.system = l.system AND c.value = l.code"""
    },
)
CONSULTATION = Feed(
    "gp_consultation",
    "owner",
    OWNER | {"on": '"effective_datetime!"', "kind": "staff_group", "mode": "mode"},
    tables={"gp_contact": 'SELECT person, "on", kind, mode FROM linked'},
)
EMERGENCY = Feed(
    "ecds",
    "identity",
    known_by("NHS_Number", "Date_Of_Birth", "Sex", "Postcode", practice="GP_Practice_Code")
    | {
        "on": '"Arrival_Date!"',
        "department": "EC_Department_Type",
        "by_ambulance": '"Ambulance_Incident_Number" IS NOT NULL',
        "admitted": '"EC_Decision_To_Admit_Date" IS NOT NULL',
    },
    tables={"emergency_attendance": 'SELECT person, "on", department, by_ambulance, admitted FROM linked'},
)
SPELL = Feed(
    "sus_apc_spell",
    "identity",
    known_by("NHS_Number", "Date_Of_Birth", "Sex", "Postcode", practice="GP_Practice_Code")
    | {
        "on": '"Admission_Date!"',
        "discharged_on": '"Discharge_Date!"',
        "method": "Admission_Method",
        "classification": "Patient_Classification",
        "provider": "Provider_Code",
        "diagnoses": "Der_Diagnosis_All",
    },
    codes="""SELECT 'icd10' AS system, value FROM (SELECT unnest(listed_codes(diagnoses)) AS value FROM linked)
        WHERE regexp_full_match(value, '[A-Z][0-9]{2}[0-9A-Z]*')""",
    prepare="""CREATE OR REPLACE TABLE numbered AS
        SELECT row_number() OVER (ORDER BY person, "on", row) - 1 AS spell, * FROM linked""",
    tables={
        "admission": """SELECT spell, person, "on", discharged_on, method,
            CASE WHEN method[1] = '2' THEN 'emergency' WHEN method[1] <> '1' THEN 'other'
                 WHEN classification = '2' THEN 'day_case' ELSE 'elective' END AS kind,
            discharged_on - "on" AS bed_days, provider FROM numbered""",
        "diagnosis": """SELECT d.spell, d.person, d."on", d.position, c.code
            FROM (SELECT spell, person, "on", unnest(listed_codes(diagnoses)) AS value,
                    generate_subscripts(listed_codes(diagnoses), 1) AS position FROM numbered) d
            JOIN code c ON c.system = 'icd10' AND c.value = d.value WHERE d.position < 128""",
    },
)
OUTPATIENT = Feed(
    "sus_outpatient",
    "identity",
    known_by("NHS_Number", "Date_Of_Birth", "Sex", "Postcode", practice="GP_Practice_Code")
    | {
        "on": '"Appointment_Date!"',
        "specialty": "Treatment_Function_Code",
        "first": "coalesce(First_Attendance, '2') IN ('1', '3')",
        "attended": "Attendance_Status IN ('5', '6')",
    },
    tables={"outpatient": 'SELECT person, "on", specialty, "first", attended FROM linked'},
)
CALL_111 = Feed(
    "nhs111",
    "identity",
    known_by("NHS_NUMBER", "Date_Of_Birth", "PERSON_STATED_GENDER_CODE", "POSTCODE_OF_USUAL_ADDRESS")
    | {"on": '"Call_Connect_Date!"', "disposition": "Final_Dx_grouping_1"},
    tables={"call_111": 'SELECT person, "on", disposition FROM linked'},
)
AMBULANCE = Feed(
    "ambulance",
    "identity",
    known_by("nhs_number", "date_of_birth", "sex", "postcode", family="family_name", given="given_name")
    | {"on": '"call_date!"', "conveyed": "outcome = 'conveyed'"},
    tables={"ambulance": 'SELECT person, "on", conveyed FROM linked'},
)
COMMUNITY_PERSON = Feed(
    "csds_mpi",
    "identity",
    known_by("NHSNumber", "DateOfBirth", "Gender", "Postcode") | {"patient": "LocalPatientID"},
)
COMMUNITY_REFERRAL = Feed(
    "csds_referral", "mpi", {"patient": "LocalPatientID", "referral": "ServiceRequestID", "team": "TeamType"}
)
COMMUNITY_CONTACT = Feed(
    "csds_care_contact",
    "referral",
    {"referral": "ServiceRequestID", "on": '"Contact_Date!"', "attended": "coalesce(AttendOrNot, '5') IN ('5', '6')"},
    used="attended",
    tables={"community_contact": 'SELECT person, "on", team FROM linked'},
)
MENTAL_HEALTH = Feed(
    "mental_health_contact",
    "identity",
    known_by("nhs_number", "date_of_birth", "sex", "postcode", family="family_name", given="given_name")
    | {"on": '"contact_date!"', "team": "team_type"},
    tables={"mental_health_contact": 'SELECT person, "on", team FROM linked'},
)
SOCIAL_CARE = Feed(
    "asc_cld",
    "identity",
    known_by(
        "NHS_Number",
        "Date_of_Birth",
        "Gender",
        "Postcode",
        practice="GP_Practice_Code",
        family="Last_Name",
        given="First_Name",
    )
    | {
        "on": '"Event_Start_Date!"',
        "ended_on": '"Event_End_Date!"',
        "is_service": "Event_Type = 'Service'",
        "service": "coalesce(Service_Type, 'not stated')",
        "weekly_cost": """CASE Cost_Frequency_Unit_Type WHEN 'Per week' THEN "Unit_Cost!"
            WHEN 'Per hour' THEN "Unit_Cost!" * "Planned_Units_Per_Week!"
            WHEN 'Per session' THEN "Unit_Cost!" * "Planned_Units_Per_Week!" END""",
    },
    used="is_service",
    tables={
        "social_care": """SELECT person, "on", ended_on, service, try_cast(weekly_cost AS FLOAT) AS weekly_cost
            FROM linked"""
    },
)

# A referral finds its person through the index, a contact through the referral: their order matters.
FEEDS = (
    OBSERVATION,
    MEDICATION,
    CONSULTATION,
    EMERGENCY,
    SPELL,
    OUTPATIENT,
    CALL_111,
    AMBULANCE,
    COMMUNITY_PERSON,
    COMMUNITY_REFERRAL,
    COMMUNITY_CONTACT,
    MENTAL_HEALTH,
    SOCIAL_CARE,
)
