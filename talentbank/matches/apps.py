from django.apps import AppConfig


class MatchesConfig(AppConfig):
    name = "talentbank.matches"
    label = "matches"

    def ready(self) -> None:
        from talentbank.core.verification import register_audited
        from talentbank.matches.dependents import MatchDependents
        from talentbank.matches.models import Complaint, Match
        from talentbank.matches.selectors import match_seen
        from talentbank.notifications.webhooks.sights import Sight, register_sight
        from talentbank.registrations.dependents import register_dependents

        register_dependents(MatchDependents())
        register_audited("match", Match, "state")
        register_audited("complaint", Complaint, "state")
        register_sight(Sight("match", "matches:read", match_seen))
