"""What other rooms may name of staff."""

from localcare.staff.models import Post, Team

__all__ = ["Post", "Team"]
