from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "talentbank.core"
    label = "core"
