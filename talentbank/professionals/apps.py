from django.apps import AppConfig


class ProfessionalsConfig(AppConfig):
    name = "talentbank.professionals"
    label = "professionals"
