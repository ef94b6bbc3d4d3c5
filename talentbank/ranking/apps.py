from django.apps import AppConfig


class RankingConfig(AppConfig):
    name = "talentbank.ranking"
    label = "ranking"
