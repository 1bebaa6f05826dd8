"""What each kind of row says in a record: one SELECT a feed over the tables of `record_rows`, all of one form.

Columns: source, organisation, patient, kind, external_id, category, code_system, code, display, value, unit, status,
started_on, started_time, ended_on. The external id is the file's own key, so that loading again changes nothing;
where rows are folded it is what they are folded by.
"""

from datetime import date

from localcare.record.types import EncounterCategory as Category

CURRENT_DAYS = 120  # a medicine issued within so many days is taken to be current
VALUES_KEPT = 5  # of each measurement

COLUMNS = (
    "source", "organisation", "patient", "kind", "external_id", "category", "code_system", "code", "display", "value",
    "unit", "status", "started_on", "started_time", "ended_on",
)  # fmt: skip


def _row(**given: str) -> str:
    """The columns of a statement as SQL, in order; what is not given is empty."""
    blank = {"started_time": "NULL::VARCHAR", "ended_on": "NULL::DATE"}
    return ", ".join(f"{given.get(name, blank.get(name, repr('')))} AS {name}" for name in COLUMNS)


def _select(rest: str, before: str = "", **columns: str) -> str:
    return f"{before} SELECT {_row(**columns)} FROM {rest}"


_OBSERVED = {
    "source": "'gp'",
    "organisation": "organisation",
    "patient": "patient",
    "code_system": "'snomedct'",
    "code": "snomed_concept_id",
}
MEASUREMENTS = _select(
    f"""gp_observation WHERE numeric_value IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY patient, organisation, snomed_concept_id
        ORDER BY "effective_datetime!" DESC, observation_id DESC) <= {VALUES_KEPT}""",
    **_OBSERVED,
    kind="'measurement'",
    external_id="organisation || '|' || observation_id",
    value="numeric_value",
    unit="coalesce(numeric_unit, '')",
    status="'final'",
    started_on='"effective_datetime!"',
)
# One statement for each condition code, from its first entry; over where a later entry says that it resolved.
CONDITIONS = _select(
    """coded GROUP BY organisation, patient_id, patient, snomed_concept_id""",
    **_OBSERVED,
    kind="'condition'",
    external_id="organisation || '|' || patient_id || '|' || snomed_concept_id",
    status="""CASE WHEN max(resolved_on) >= max("effective_datetime!") THEN 'resolved' ELSE 'active' END""",
    started_on='min("effective_datetime!")',
    ended_on="""CASE WHEN max(resolved_on) >= max("effective_datetime!") THEN max(resolved_on) END""",
    before="""    WITH coded AS (
        SELECT o.*, r.resolved_on FROM gp_observation o JOIN condition_code USING (snomed_concept_id)
        LEFT JOIN (
            SELECT patient, organisation, f.snomed_concept_id, max("effective_datetime!") AS resolved_on
            FROM gp_observation e JOIN resolving f ON f.by = e.snomed_concept_id GROUP BY ALL
        ) r USING (patient, organisation, snomed_concept_id)
        WHERE numeric_value IS NULL
    )""",
)
OTHER_ENTRIES = _select(
    """gp_observation LEFT JOIN term_kind t USING (snomed_concept_id)
    WHERE numeric_value IS NULL AND snomed_concept_id NOT IN (SELECT snomed_concept_id FROM condition_code)
    QUALIFY row_number() OVER (PARTITION BY patient, organisation, patient_id, snomed_concept_id
        ORDER BY "effective_datetime!" DESC, observation_id DESC) = 1""",
    **_OBSERVED,
    kind="coalesce(t.kind, 'note')",
    external_id="organisation || '|' || patient_id || '|' || snomed_concept_id",
    status="'final'",
    started_on='"effective_datetime!"',
)


def medicines(as_at: date) -> str:
    """The latest issue of each medicine; current where it is recent."""
    drug = "coalesce(dmd_product_code_id, drug_name)"
    recent = f"\"effective_datetime!\" >= DATE '{as_at}' - {CURRENT_DAYS}"
    columns = _row(
        source="'gp'",
        organisation="organisation",
        patient="patient",
        kind="'medication'",
        external_id=f"organisation || '|' || patient_id || '|' || {drug}",
        code_system="CASE WHEN dmd_product_code_id IS NULL THEN '' ELSE 'dmd' END",
        code="coalesce(dmd_product_code_id, '')",
        display="coalesce(drug_name, '')",
        value="coalesce(dosage, '')",
        status=f"CASE WHEN {recent} THEN 'active' ELSE 'lapsed' END",
        started_on='"effective_datetime!"',
    )
    return f"""
        SELECT {columns} FROM gp_medication_issue WHERE NOT coalesce("is_cancelled!", false)
        QUALIFY row_number() OVER (PARTITION BY patient, organisation, patient_id, {drug}
            ORDER BY "effective_datetime!" DESC, issue_record_id DESC) = 1
    """


SPELLS = _select(
    "sus_apc_spell",
    source="'acute'",
    organisation="Provider_Code",
    patient="patient",
    kind="'encounter'",
    external_id="'spell|' || Provider_Code || '|' || APCS_Ident",
    category=f"""CASE WHEN Admission_Method[1] = '2' THEN '{Category.EMERGENCY_ADMISSION}'
            WHEN Admission_Method[1] <> '1' THEN '{Category.ADMISSION}'
            WHEN Patient_Classification = '2' THEN '{Category.DAY_CASE}' ELSE '{Category.PLANNED_ADMISSION}' END""",
    code_system="'icd10'",
    code="coalesce(listed_codes(Der_Diagnosis_All)[1], '')",
    display="""CASE WHEN Admission_Method[1] = '2' THEN 'Emergency admission' WHEN Admission_Method[1] <> '1'
            THEN 'Admission' WHEN Patient_Classification = '2' THEN 'Day case' ELSE 'Planned admission' END""",
    status="""CASE WHEN "Discharge_Date!" IS NULL THEN 'in-progress' ELSE 'finished' END""",
    started_on='"Admission_Date!"',
    started_time="Admission_Time",
    ended_on='"Discharge_Date!"',
)
ATTENDANCES = _select(
    "ecds",
    source="'acute'",
    organisation="Provider_Code",
    patient="patient",
    kind="'encounter'",
    external_id="'ec|' || Provider_Code || '|' || EC_Ident",
    category=f"'{Category.EMERGENCY_ATTENDANCE}'",
    code_system="'snomedct'",
    code="coalesce(listed_codes(Der_EC_Diagnosis_All)[1], '')",
    display="'A&E attendance, type ' || EC_Department_Type[2]",
    value="""CASE WHEN "EC_Decision_To_Admit_Date!" IS NULL THEN '' ELSE 'decision to admit' END""",
    status="'finished'",
    started_on='"Arrival_Date!"',
    started_time="Arrival_Time",
    ended_on='"EC_Departure_Date!"',
)
OUTPATIENTS = _select(
    "sus_outpatient",
    source="'acute'",
    organisation="Provider_Code",
    patient="patient",
    kind="'encounter'",
    external_id="'opa|' || Provider_Code || '|' || OPA_Ident",
    category=f"'{Category.OUTPATIENT}'",
    display="'Outpatient appointment (treatment function ' || Treatment_Function_Code || ')'",
    status="""CASE WHEN Attendance_Status IN ('5', '6') THEN 'finished' WHEN Attendance_Status IN ('3', '7')
            THEN 'not-attended' WHEN Attendance_Status IN ('2', '4') THEN 'cancelled' ELSE 'planned' END""",
    started_on='"Appointment_Date!"',
)
CALLS = _select(
    "nhs111",
    source="'nhs111'",
    patient="patient",
    kind="'encounter'",
    external_id="GUID",
    category=f"'{Category.CALL_111}'",
    display="'NHS 111 call'",
    value="Final_Dx_grouping_1",
    status="'finished'",
    started_on='"Call_Connect_Date!"',
    started_time="Call_Connect_Time",
)
INCIDENTS = _select(
    "ambulance",
    source="'ambulance'",
    patient="patient",
    kind="'encounter'",
    external_id="incident_number",
    category=f"'{Category.AMBULANCE}'",
    display="""CASE outcome WHEN 'conveyed' THEN 'Ambulance, taken to hospital' WHEN 'see_and_treat'
            THEN 'Ambulance, treated at the scene' ELSE 'Ambulance call, treated by telephone' END""",
    value="coalesce(chief_complaint, '')",
    status="'finished'",
    started_on='"call_date!"',
    started_time="call_time",
)


def _folded(source: str, organisation: str, category: str, table: str, team: str, by: str, on: str) -> str:
    """Contacts of a team in a month as one statement: how many, from the first to the last."""
    columns = _row(
        source=f"'{source}'",
        organisation=organisation,
        patient="patient",
        kind="'encounter'",
        external_id=f"{by} || '|' || strftime({on}, '%Y-%m')",
        category=f"'{category}'",
        display=team,
        value="count(*) || CASE count(*) WHEN 1 THEN ' contact' ELSE ' contacts' END",
        status="'finished'",
        started_on=f"min({on})",
        ended_on=f"max({on})",
    )
    return f"SELECT {columns} FROM {table} GROUP BY ALL"


COMMUNITY = _folded(
    "community",
    "organisation",
    Category.COMMUNITY_CONTACT,
    "csds_care_contact",
    "CASE WHEN regexp_full_match(team, '[0-9A-Z]{1,4}') THEN 'Community team of type ' || team ELSE team END",
    "ServiceRequestID",
    '"Contact_Date!"',
)
MENTAL_HEALTH = _folded(
    "mental_health",
    "''",
    Category.MENTAL_HEALTH_CONTACT,
    "mental_health_contact",
    "team_type",
    "patient || '|' || team_type",
    '"contact_date!"',
)
SERVICES = _select(
    """asc_cld WHERE Event_Type = 'Service'""",
    source="'social_care'",
    organisation="LA_Code",
    patient="patient",
    kind="'service'",
    external_id="LA_Code || '|' || Event_Reference",
    display="coalesce(Service_Component, Service_Type, 'Adult social care service')",
    value="coalesce(Service_Type, '')",
    status="'active'",
    started_on='"Event_Start_Date!"',
    ended_on='"Event_End_Date!"',
)


def selects(as_at: date) -> tuple[str, ...]:
    """Every feed's SELECT for an extract of that date."""
    return (
        MEASUREMENTS, CONDITIONS, OTHER_ENTRIES, medicines(as_at), SPELLS, ATTENDANCES, OUTPATIENTS, CALLS, INCIDENTS,
        COMMUNITY, MENTAL_HEALTH, SERVICES,
    )  # fmt: skip
