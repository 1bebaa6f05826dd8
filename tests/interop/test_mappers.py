"""What each resource becomes: the manual of the mapping, one table per resource."""

from datetime import date

import pytest

from localcare.interop import fhir_xml
from localcare.interop.mappers import MAPPERS, Context, patient
from localcare.interop.message import Message
from localcare.interop.reading import Entry

SNOMED = "http://snomed.info/sct"


def concept(code, display, system=SNOMED):
    return {"coding": [{"system": system, "code": code, "display": display}]}


def code(value):
    return {"coding": [{"code": value}]}


def mapped(resource, *others):
    message = Message([Entry(n, "", r) for n, r in enumerate([resource, *others])])
    return MAPPERS[resource["resourceType"]]({"id": "1", **resource}, Context(7, 3, message))


def shown(statements, *names):
    return [tuple(getattr(s, name) for name in names) for s in statements]


ASTHMA = {"resourceType": "Condition", "code": concept("195967001", "Asthma")}


@pytest.mark.parametrize(
    ("given", "status", "value", "started_on", "precision", "ended_on"),
    [
        ({"clinicalStatus": code("active"), "onsetDateTime": "2010-05"}, "active", "", date(2010, 5, 1), "month", None),
        (
            {"clinicalStatus": code("resolved"), "onsetDateTime": "2010", "abatementDateTime": "2012-03-04"},
            "resolved",
            "",
            date(2010, 1, 1),
            "year",
            date(2012, 3, 4),
        ),
        ({"clinicalStatus": code("active"), "verificationStatus": code("refuted")}, "refuted", "", None, "day", None),
        ({"verificationStatus": code("entered-in-error")}, "entered-in-error", "", None, "day", None),
        (
            {"clinicalStatus": code("active"), "verificationStatus": code("provisional")},
            "active",
            "provisional",
            None,
            "day",
            None,
        ),
        ({"onsetDateTime": "sometime", "recordedDate": "2015-01-02"}, "", "", date(2015, 1, 2), "day", None),
        # Half past eleven in the evening of Greenwich in June is the next day in London.
        ({"onsetDateTime": "2016-06-15T23:30:00Z"}, "", "", date(2016, 6, 16), "day", None),
    ],
)
def test_condition(given, status, value, started_on, precision, ended_on):
    answer = mapped({**ASTHMA, **given})
    assert shown(answer, "kind", "code_system", "code", "display") == [("condition", "snomedct", "195967001", "Asthma")]
    assert shown(answer, "status", "value", "started_on", "precision", "ended_on") == [
        (status, value, started_on, precision, ended_on)
    ]


BLOOD_PRESSURE = {
    "resourceType": "Observation",
    "status": "final",
    "code": concept("75367002", "Blood pressure"),
    "effectiveDateTime": "2017-01-02",
    "component": [
        {"code": concept("271649006", "Systolic"), "valueQuantity": {"value": "140", "unit": "mmHg"}},
        {"code": concept("271650006", "Diastolic"), "valueQuantity": {"value": "85", "unit": "mmHg"}},
    ],
}


def test_a_panels_components_are_statements_of_their_own():
    assert shown(mapped(BLOOD_PRESSURE), "external_id", "display", "value", "unit") == [
        ("Observation/1#1", "Systolic", "140", "mmHg"),
        ("Observation/1#2", "Diastolic", "85", "mmHg"),
    ]


@pytest.mark.parametrize(
    ("given", "value", "unit"),
    [
        ({"valueQuantity": {"value": "7.10", "unit": "mmol/L"}}, "7.10", "mmol/L"),
        ({"valueQuantity": {"value": "90", "comparator": ">", "code": "mL/min"}}, ">90", "mL/min"),
        ({"valueCodeableConcept": concept("266919005", "Never smoked")}, "Never smoked", ""),
        ({"valueString": "Trace"}, "Trace", ""),
        ({"valueBoolean": True}, "true", ""),
        ({"valueInteger": "0"}, "0", ""),
        ({"valueRange": {"low": {"value": "1", "unit": "cm"}, "high": {"value": "2"}}}, "1 to 2", "cm"),
        ({"dataAbsentReason": code("refused")}, "refused", ""),
        ({}, "", ""),
    ],
)
def test_observation_values(given, value, unit):
    resource = {"resourceType": "Observation", "status": "final", "code": concept("1", "Something"), **given}
    assert shown(mapped(resource), "kind", "value", "unit", "status") == [("measurement", value, unit, "final")]


AMOXICILLIN = {
    "resourceType": "MedicationRequest",
    "status": "active",
    "intent": "order",
    "medicationCodeableConcept": concept("39732411000001106", "Amoxicillin 500mg capsules", "https://dmd.nhs.uk"),
    "authoredOn": "2017-03-01",
    "dosageInstruction": [{"text": "One three times a day"}],
}


@pytest.mark.parametrize(
    ("given", "display", "status", "value"),
    [
        ({}, "Amoxicillin 500mg capsules", "active", "One three times a day"),
        ({"intent": "option"}, "Amoxicillin 500mg capsules", "proposed", "One three times a day"),
        ({"intent": "plan", "status": "entered-in-error"}, "Amoxicillin 500mg capsules", "entered-in-error", None),
        ({"doNotPerform": True}, "Do not give: Amoxicillin 500mg capsules", "active", None),
        (
            {
                "dosageInstruction": [
                    {
                        "doseAndRate": [{"doseQuantity": {"value": "5", "unit": "ml"}}],
                        "timing": {"repeat": {"frequency": "2", "period": "1", "periodUnit": "d"}},
                    }
                ]
            },
            "Amoxicillin 500mg capsules",
            "active",
            "5 ml, 2 times in 1 d",
        ),
    ],
)
def test_medication_request(given, display, status, value):
    (answer,) = mapped({**AMOXICILLIN, **given})
    assert (answer.kind, answer.display, answer.status) == ("medication", display, status)
    assert value is None or answer.value == value


@pytest.mark.parametrize(
    ("reference", "display"),
    [
        ({"reference": "#m"}, "Contained drops"),
        ({"reference": "Medication/9"}, "Bundled drops"),
        ({"reference": "Medication/404", "display": "As they call it"}, "As they call it"),
        ({"reference": "Medication/404"}, "Not named in the message"),
    ],
)
def test_a_medicine_by_reference(reference, display):
    resource = {k: v for k, v in AMOXICILLIN.items() if k != "medicationCodeableConcept"}
    resource["medicationReference"] = reference
    resource["contained"] = [{"resourceType": "Medication", "id": "m", "code": {"text": "Contained drops"}}]
    bundled = {"resourceType": "Medication", "id": "9", "code": {"text": "Bundled drops"}}
    assert shown(mapped(resource, bundled), "display") == [(display,)]


@pytest.mark.parametrize(
    ("given", "display", "status", "value"),
    [
        (
            {
                "code": concept("372687004", "Amoxicillin"),
                "clinicalStatus": code("active"),
                "verificationStatus": code("confirmed"),
                "criticality": "high",
                "reaction": [{"manifestation": [concept("247472004", "Urticarial rash")], "severity": "mild"}],
            },
            "Amoxicillin",
            "active",
            "Urticarial rash (mild); criticality high",
        ),
        (
            {"code": concept("372687004", "Amoxicillin"), "verificationStatus": code("entered-in-error")},
            "Amoxicillin",
            "entered-in-error",
            "",
        ),
        (
            {"reaction": [{"substance": {"text": "Latex"}, "description": "Swelling"}], "clinicalStatus": "active"},
            "Latex",
            "active",
            "Swelling",
        ),
        (
            {"code": {"text": "Penicillin"}, "verificationStatus": code("unconfirmed")},
            "Penicillin",
            "",
            "unconfirmed",
        ),
    ],
)
def test_allergy(given, display, status, value):
    answer = mapped({"resourceType": "AllergyIntolerance", **given})
    assert shown(answer, "kind", "display", "status", "value") == [("allergy", display, status, value)]


@pytest.mark.parametrize(
    ("given", "status", "value"),
    [
        ({"status": "completed", "protocolApplied": [{"doseNumberPositiveInt": "2"}]}, "completed", "dose 2"),
        ({"status": "not-done", "statusReason": {"text": "Declined"}}, "not-done", "Declined"),
    ],
)
def test_immunization(given, status, value):
    resource = {"resourceType": "Immunization", "vaccineCode": {"text": "Flu"}, "occurrenceDateTime": "2016-10-01"}
    answer = mapped({**resource, **given})
    assert shown(answer, "kind", "display", "status", "value", "started_on") == [
        ("immunisation", "Flu", status, value, date(2016, 10, 1))
    ]


def test_procedure():
    period = {"start": "2016-10-01T09:00:00+01:00", "end": "2016-10-02T09:00:00+01:00"}
    resource = {
        "resourceType": "Procedure",
        "status": "completed",
        "code": {"text": "Hip replacement"},
        "performedPeriod": period,
    }
    assert shown(mapped(resource), "kind", "display", "started_on", "ended_on") == [
        ("procedure", "Hip replacement", date(2016, 10, 1), date(2016, 10, 2))
    ]


def admission_method(method):
    url = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-AdmissionMethod"
    return {"hospitalization": {"extension": [{"url": url, "valueCodeableConcept": code(method)}]}}


@pytest.mark.parametrize(
    ("given", "category"),
    [
        ({"class": {"code": "EMER"}}, "emergency_attendance"),
        ({"class": {"code": "IMP"}}, "admission"),
        ({"class": {"code": "IMP"}, **admission_method("21")}, "emergency_admission"),
        ({"class": {"code": "IMP"}, **admission_method("13")}, "planned_admission"),
        ({"class": {"code": "HH"}}, "home_visit"),
        ({"class": {"code": "AMB"}}, "contact"),
        ({}, "contact"),
    ],
)
def test_encounter_categories(given, category):
    resource = {"resourceType": "Encounter", "type": [{"text": "Seen"}], "period": {"start": "2017-02-01"}, **given}
    assert shown(mapped(resource), "display", "category", "started_on") == [("Seen", category, date(2017, 2, 1))]


def test_authors_are_named_from_the_message():
    resource = {
        "resourceType": "Encounter",
        "class": {"code": "IMP", "display": "inpatient"},
        "participant": [{"individual": {"reference": "Practitioner/5"}}],
        "serviceProvider": {"reference": "Organization/6"},
    }
    doctor = {"resourceType": "Practitioner", "id": "5", "name": [{"family": "Gose", "given": ["Sandra"]}]}
    hospital = {"resourceType": "Organization", "id": "6", "name": "Leeds"}
    assert shown(mapped(resource, doctor, hospital), "author") == [("Sandra Gose, Leeds",)]


ENGLAND = "https://fhir.nhs.uk/England/CodeSystem/England-FlagCategoryPatient"
HL7 = "http://terminology.hl7.org/CodeSystem/flag-category"


@pytest.mark.parametrize(
    ("given", "category"),
    [
        ({"code": concept("450476008", "Not for attempted cardiopulmonary resuscitation")}, "escalation"),
        ({"code": {"text": "Two to visit"}, "category": [concept("safety", "Safety", HL7)]}, "staff_safety"),
        ({"code": concept("450476008", "Not for CPR"), "category": [concept("safety", "Safety", HL7)]}, "escalation"),
        ({"code": concept("902961000000107", "Family history of FGM")}, "safeguarding"),
        ({"code": concept("child-protection-information-system-flag", "CP-IS", ENGLAND)}, "safeguarding"),
        (
            {
                "code": concept("1082681000000103", "Requires support", "https://snomed.info/sct"),
                "category": [concept("national-reasonable-adjustment-flag", "National flag", ENGLAND)],
            },
            "reasonable_adjustment",
        ),
        ({"code": {"text": "Low salt"}, "category": [concept("diet", "Diet", HL7)]}, "other"),
        ({"code": {"text": "Scene safety"}, "category": [{"text": "Scene Safety"}]}, ""),
    ],
)
def test_what_a_flag_warns_of(given, category):
    notes = {"url": "https://fhir.nhs.uk/England/StructureDefinition/Extension-FlagNotes"}
    more = {"valueAnnotation": {"text": "Speak slowly"}}
    resource = {"resourceType": "Flag", "status": "active", "period": {"start": "2017-01-02", "end": "2017-12-31"}}
    answer = mapped({**resource, "extension": [{**notes, **more}], **given})
    assert shown(answer, "kind", "category", "status", "value", "started_on", "ended_on") == [
        ("flag", category, "active", "Speak slowly", date(2017, 1, 2), date(2017, 12, 31))
    ]


PERSON = {
    "resourceType": "Patient",
    "identifier": [
        {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "999 000 0018"},
        {"system": "https://trust.example/mrn", "value": "4711", "type": code("MR")},
        {"system": "https://passport.example", "value": "P1", "type": code("PPN")},
    ],
    "name": [{"use": "old", "family": "Hill"}, {"use": "official", "family": "Marsh", "given": ["Ada", "May"]}],
    "birthDate": "1940-05-01",
    "gender": "female",
    "address": [
        {"use": "old", "postalCode": "ZZ1 1ZZ"},
        {"line": ["1 High St"], "city": "Tonbridge", "postalCode": "tn9 1aa"},
    ],
    "telecom": [{"system": "email", "value": "x@example"}, {"system": "phone", "value": "01732 000000"}],
}


def test_patient():
    person = patient.describe(PERSON, ["Patient/1"])
    assert (person.family_name, person.given_name, person.birth_date) == ("Marsh", "Ada May", date(1940, 5, 1))
    assert (person.nhs_number, person.local_ids) == ("999 000 0018", ("Patient/1", "https://trust.example/mrn|4711"))
    assert (person.address, person.postcode, person.phone) == ("1 High St, Tonbridge", "TN9 1AA", "01732 000000")


def test_where_a_restricted_person_lives_is_left_out():
    person = patient.describe({**PERSON, "meta": {"security": [{"code": "R"}]}}, [])
    assert (person.address, person.postcode, person.phone) == ("", "", "")


@pytest.mark.parametrize(
    ("given", "died_on", "flags"),
    [
        ({"deceasedDateTime": "2017-03-01T10:00:00Z"}, date(2017, 3, 1), 0),
        ({"deceasedDateTime": "2017"}, None, 1),
        ({"deceasedBoolean": True}, None, 1),
        ({"deceasedBoolean": False}, None, 0),
        ({}, None, 0),
    ],
)
def test_death(given, died_on, flags):
    assert patient.describe({**PERSON, **given}, []).died_on == died_on
    assert len(mapped({**PERSON, **given})) == flags


def test_xml_reads_like_json():
    resource = fhir_xml.parse(
        b"""<Condition xmlns="http://hl7.org/fhir"><id value="1"/>
        <text><status value="additional"/><div xmlns="http://www.w3.org/1999/xhtml">Words</div></text>
        <contained><Patient><id value="p"/></Patient></contained>
        <code><coding><system value="http://snomed.info/sct"/><code value="195967001"/></coding>
        <coding><system value="urn:other"/><code value="H33"/></coding></code>
        <onsetDateTime value="2010-05-01"><extension url="x"><valueString value="y"/></extension></onsetDateTime>
        </Condition>"""
    )
    assert resource["contained"] == {"resourceType": "Patient", "id": "p"}
    assert resource["code"]["coding"][1] == {"system": "urn:other", "code": "H33"}
    assert shown(mapped(resource), "code", "started_on") == [("195967001", date(2010, 5, 1))]
