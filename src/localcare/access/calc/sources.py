"""Which entries of a record may be read: those of sources that share today, or the own practice's alone."""

from dataclasses import dataclass

GP = "gp"
# The systems of suppliers' feeds, each with the agreement of a practice; what comes otherwise has none.
AGREED = frozenset({GP, "acute", "nhs111", "ambulance", "community", "mental_health", "social_care"})


@dataclass(frozen=True)
class Sharing:
    """What decides about sources for one person and one viewer.

    `agreed`: sources that the person's practice lets be used for care today. `gp_of`: practices whose general practice
    record is. `only_of`: where the person objects to sharing, the one practice whose own entries may be read.
    """

    agreed: frozenset[str] = frozenset()
    gp_of: frozenset[str] = frozenset()
    only_of: str = ""

    def allows(self, organisation_code: str, system: str) -> bool:
        """Whether an entry of this source may be read.

        A general practice entry follows the practice that sent it, as when it is loaded, even after the person moved;
        any other feed, the person's practice today. A message, or what our own teams wrote, was sent for this person's
        care by whoever answers for it: no practice's agreement opens or closes it. Where the person objects to sharing,
        nothing stays but what their practice itself recorded: its system's entries, and what its people wrote here.
        """
        if self.only_of and organisation_code != self.only_of:
            return False
        if system == GP:
            return organisation_code in self.gp_of
        return system not in AGREED or system in self.agreed
