from django.apps import AppConfig


class BanksConfig(AppConfig):
    name = "talentbank.banks"
    label = "banks"
