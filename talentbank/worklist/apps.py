from django.apps import AppConfig


class WorklistConfig(AppConfig):
    name = "talentbank.worklist"
    label = "worklist"
