from django.apps import AppConfig
from django.db.backends.signals import connection_created

from talentbank.core.search import functions_add


class CoreConfig(AppConfig):
    name = "talentbank.core"
    label = "core"

    def ready(self) -> None:
        connection_created.connect(functions_add, dispatch_uid="search_functions")
