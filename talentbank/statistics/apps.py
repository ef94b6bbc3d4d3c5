from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    name = "talentbank.statistics"
    label = "statistics"
