from django.apps import AppConfig


class MatchesConfig(AppConfig):
    name = "talentbank.matches"
    label = "matches"

    def ready(self) -> None:
        from talentbank.matches.dependents import MatchDependents
        from talentbank.registrations.dependents import register_dependents

        register_dependents(MatchDependents())
