from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "talentbank.notifications"
    label = "notifications"
