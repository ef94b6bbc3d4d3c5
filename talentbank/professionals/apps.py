from django.apps import AppConfig


class ProfessionalsConfig(AppConfig):
    name = "talentbank.professionals"
    label = "professionals"

    def ready(self) -> None:
        from talentbank.accounts.hats import register_hat_source
        from talentbank.core.verification import register_audited
        from talentbank.notifications.webhooks.sights import Sight, register_sight
        from talentbank.professionals.models import Professional
        from talentbank.professionals.selectors import professional_hats, professional_seen

        register_hat_source(professional_hats)
        register_audited("professional", Professional, "registration_state")
        register_sight(Sight("professional", "professionals:read", professional_seen))
