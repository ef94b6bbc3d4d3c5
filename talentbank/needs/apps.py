from django.apps import AppConfig


class NeedsConfig(AppConfig):
    name = "talentbank.needs"
    label = "needs"

    def ready(self) -> None:
        from talentbank.core.verification import register_audited
        from talentbank.needs.dependents import NeedDependents
        from talentbank.needs.models import Need
        from talentbank.needs.selectors import need_seen
        from talentbank.notifications.webhooks.sights import Sight, register_sight
        from talentbank.registrations.dependents import register_dependents

        register_dependents(NeedDependents())
        register_audited("need", Need, "state")
        register_sight(Sight("need", "needs:read", need_seen, public=True))
