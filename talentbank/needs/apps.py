from django.apps import AppConfig


class NeedsConfig(AppConfig):
    name = "talentbank.needs"
    label = "needs"

    def ready(self) -> None:
        from talentbank.needs.dependents import NeedDependents
        from talentbank.registrations.dependents import register_dependents

        register_dependents(NeedDependents())
