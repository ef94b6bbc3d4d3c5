from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "talentbank.organizations"
    label = "organizations"

    def ready(self) -> None:
        from talentbank.accounts.hats import register_hat_source
        from talentbank.core.verification import register_audited
        from talentbank.notifications.webhooks.sights import Sight, register_sight
        from talentbank.organizations.models import Organization
        from talentbank.organizations.selectors import organization_hats, organization_seen

        register_hat_source(organization_hats)
        register_audited("organization", Organization, "registration_state")
        register_sight(Sight("organization", "organizations:read", organization_seen))
