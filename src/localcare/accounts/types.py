"""What other rooms may name of accounts."""

from localcare.accounts.models import User

__all__ = ["User"]
