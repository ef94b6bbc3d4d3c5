from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "talentbank.accounts"
    label = "accounts"
