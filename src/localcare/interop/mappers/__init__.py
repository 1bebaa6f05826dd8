"""One small mapper per resource type: FHIR in, statements out. Pure; nothing here reads or writes the store."""

from collections.abc import Callable, Mapping

from localcare.interop.fhir import Resource
from localcare.interop.mappers import (
    allergy_intolerance,
    condition,
    encounter,
    flag,
    immunization,
    medication_request,
    observation,
    patient,
    procedure,
)
from localcare.interop.mappers.common import Context
from localcare.record.types import NewStatement

Mapper = Callable[[Resource, Context], list[NewStatement]]

MAPPERS: Mapping[str, Mapper] = {
    "AllergyIntolerance": allergy_intolerance.map_resource,
    "Condition": condition.map_resource,
    "Encounter": encounter.map_resource,
    "Flag": flag.map_resource,
    "Immunization": immunization.map_resource,
    "MedicationRequest": medication_request.map_resource,
    "Observation": observation.map_resource,
    "Patient": patient.map_resource,
    "Procedure": procedure.map_resource,
}
