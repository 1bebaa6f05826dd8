"""Who reads the audit chain."""

from localcare.access.types import Basis, Capability, Decision, Refused, Viewer


def require_oversight(viewer: Viewer) -> None:
    """Raises Refused for anybody but a privacy officer."""
    if not viewer.can(Capability.SEE_OVERSIGHT):
        raise Refused(Decision(False, Basis.ROLE, "Oversight is for privacy officers and Caldicott Guardians."))
