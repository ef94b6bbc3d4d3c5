from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "talentbank.organizations"
    label = "organizations"
