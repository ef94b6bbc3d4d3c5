"""The WSGI entry point: `granian --interface wsgi talentbank.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "talentbank.settings")
application = get_wsgi_application()

from talentbank.notifications.sandbox import sandbox_guard  # noqa: E402 - models need Django to be set up
from talentbank.ranking.store import index_prepare  # noqa: E402

sandbox_guard()
index_prepare()
