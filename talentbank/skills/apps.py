from django.apps import AppConfig


class SkillsConfig(AppConfig):
    name = "talentbank.skills"
    label = "skills"
