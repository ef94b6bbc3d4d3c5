from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "talentbank.accounts"
    label = "accounts"

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_added

        from talentbank.accounts.second_factor import factor_added

        authenticator_added.connect(factor_added, dispatch_uid="accounts.factor_added")
