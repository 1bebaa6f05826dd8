"""Why a scenario cannot be computed, and where in its file."""

Path = tuple[str | int, ...]


class BadScenario(ValueError):
    """A scenario that cannot be computed. `path`: where in its file."""

    def __init__(self, says: str, path: Path = ()) -> None:
        super().__init__(says)
        self.path = tuple(path)
