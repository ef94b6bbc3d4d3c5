from django.apps import AppConfig


class RegistrationsConfig(AppConfig):
    name = "talentbank.registrations"
    label = "registrations"
