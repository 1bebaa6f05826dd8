"""What an import answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Outcome:
    """What became of a file's resources; a file that is no message is one rejected."""

    mapped: int = 0
    kept: Mapping[str, int] = field(default_factory=dict)
    parked: int = 0
    rejected: Sequence[str] = ()
    findings: Sequence[str] = ()

    @property
    def read(self) -> int:
        return self.mapped + sum(self.kept.values()) + self.parked + len(self.rejected)
