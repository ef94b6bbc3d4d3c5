from django.apps import AppConfig


class NeedsConfig(AppConfig):
    name = "talentbank.needs"
    label = "needs"
