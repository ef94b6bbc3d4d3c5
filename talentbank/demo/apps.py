from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "talentbank.demo"
    label = "demo"
