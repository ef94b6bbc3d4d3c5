from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "talentbank.console"
    label = "console"
