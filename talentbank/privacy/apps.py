from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "talentbank.privacy"
    label = "privacy"
