"""stub"""


class NeighbourTable:
    @classmethod
    def of(cls, near: dict[str, tuple[tuple[str, float], ...]]) -> "NeighbourTable":
        return cls()

    @classmethod
    def load(cls) -> "NeighbourTable":
        return cls()

    def nearest(self, term: str) -> tuple[tuple[str, float], ...]:
        return ()

    def digest(self) -> str:
        return "none"
