"""The rule of the gate: may this viewer see this person? Denies by default and always says why."""

from dataclasses import dataclass

from localcare.access.calc.vocabulary import Basis, Capability, Consent, Decision

LEGITIMATE_RELATIONSHIP = "legitimate_relationship"
EXPLICIT_CONSENT = "explicit_consent"
# All that an emergency opens: whatever is written begins something that outlives it.
LOOKING = frozenset({Capability.VIEW_PERSON, Capability.VIEW_UNPLANNED})
# All that being named by a practice opens: who is on its list, and deciding for whose role decides.
OF_THE_LIST = frozenset({Capability.REVEAL_LIST, Capability.DECIDE_LIST})
REVEALS_WHERE_NAMED = frozenset({Capability.REVEAL_LIST, Capability.REVEAL_WHERE_NAMED})
NOT_YOUR_TEAM = "You are not in this person's care team. Ask their practice or the care co-ordinator of their cluster."
OBJECTS = "The person does not want their record shared for care. Their practice can speak with them."
ONLY_LOOKING = (
    "Emergency access lets you look and nothing else. Tell their practice or the care co-ordinator of their cluster "
    "what needs doing."
)


@dataclass(frozen=True)
class PersonFacts:
    """What the rule needs to know of the person, on the day in question."""

    practice_code: str | None
    consent: Consent
    teams: frozenset[int] = frozenset()
    emergency_users: frozenset[int] = frozenset()


@dataclass(frozen=True)
class ViewerFacts:
    """What the rule needs to know of the viewer. `named_by`: the practices whose lists they may reveal, being named."""

    user_id: int
    capabilities: frozenset[Capability]
    practice_codes: frozenset[str]
    works_at_practice: bool
    team_id: int | None
    named_by: frozenset[str] = frozenset()


def may_reveal(viewer: ViewerFacts, practice_code: str) -> bool:
    """May the viewer see who the people on a practice's list are: a clinician of it, or one it has named?

    Of everybody on it, person by person, `decide` says. Source: DESIGN, "Rules of the gate".
    """
    own = viewer.works_at_practice and practice_code in viewer.practice_codes
    if own and Capability.REVEAL_LIST in viewer.capabilities:
        return True
    return practice_code in viewer.named_by and bool(REVEALS_WHERE_NAMED & viewer.capabilities)


def decide(
    viewer: ViewerFacts,
    person: PersonFacts,
    *,
    capability: Capability = Capability.VIEW_PERSON,
    viewing_basis: str = LEGITIMATE_RELATIONSHIP,
) -> Decision:
    """May the viewer use `capability` on the person?

    In this order: the role must have the capability; the person's own practice sees its own patient; a refusal to
    share stops everybody else; explicit consent is needed where the area says so, but not to record that it was given;
    a team needs a relationship, and whoever the practice named for its list needs none, for the list alone;
    emergency access opens what was not asked or cannot be asked, to look and nothing else. Source: DESIGN, "Rules of
    the gate".
    """
    named = capability in OF_THE_LIST and may_reveal(viewer, person.practice_code or "")
    if capability not in viewer.capabilities and not (named and capability is Capability.REVEAL_LIST):
        return Decision(False, Basis.ROLE, "Your role does not include this. Ask your manager if it should.")
    objected = person.consent is Consent.OBJECTED
    if viewer.works_at_practice and person.practice_code in viewer.practice_codes:
        return Decision(
            True, Basis.REGISTERED, "The person is registered with your practice.", own_organisation_only=objected
        )
    if objected:
        return Decision(
            False,
            Basis.OBJECTED,
            OBJECTS,
        )
    looking, declared = capability in LOOKING, viewer.user_id in person.emergency_users
    if looking and declared:
        return Decision(True, Basis.EMERGENCY, "You declared an emergency for this person; it is being reviewed.")
    related = viewer.team_id is not None and viewer.team_id in person.teams
    if not (related or named):
        return Decision(
            False,
            Basis.NO_RELATIONSHIP,
            ONLY_LOOKING if declared else NOT_YOUR_TEAM,
            emergency_possible=looking,
        )
    asking = capability is Capability.RECORD_AGREEMENT
    if viewing_basis == EXPLICIT_CONSENT and person.consent is not Consent.GIVEN and not asking:
        return Decision(
            False,
            Basis.CONSENT_MISSING,
            "This area needs the person's consent to view, and it has not been given. Ask them, then record it.",
            emergency_possible=looking,
        )
    if not related:
        return Decision(True, Basis.NAMED, "The person's practice has named you to see who is on its list.")
    return Decision(True, Basis.RELATIONSHIP, "Your team looks after this person.")
