from django.apps import AppConfig


class RankingConfig(AppConfig):
    name = "talentbank.ranking"
    label = "ranking"

    def ready(self) -> None:
        from matching.text import tokenize
        from talentbank.skills.thesaurus import read_forms_with

        read_forms_with(tokenize)
