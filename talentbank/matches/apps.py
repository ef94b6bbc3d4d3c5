from django.apps import AppConfig


class MatchesConfig(AppConfig):
    name = "talentbank.matches"
    label = "matches"
