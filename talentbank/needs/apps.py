from django.apps import AppConfig


class NeedsConfig(AppConfig):
    name = "talentbank.needs"
    label = "needs"

    def ready(self) -> None:
        from talentbank.core.verification import register_audited
        from talentbank.needs.dependents import NeedDependents
        from talentbank.needs.models import Need
        from talentbank.registrations.dependents import register_dependents

        register_dependents(NeedDependents())
        register_audited("need", Need, "state")
