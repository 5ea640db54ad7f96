"""A run that nobody watches."""

from dataclasses import dataclass, field

from verify.outcomes import StageResult
from verify.stage import Stage


@dataclass
class Silence:
    """Notes which stages began, and shows nothing."""

    stages: list[str] = field(default_factory=list[str])

    def begin(self, stage: Stage) -> None:
        self.stages.append(stage.name)

    def progress(self, what: str) -> None: ...

    def end(self, result: StageResult) -> None: ...
