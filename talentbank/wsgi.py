"""The WSGI entry point: `granian --interface wsgi talentbank.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

from matching.index.backends import search

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "talentbank.settings")
application = get_wsgi_application()
search()  # the kernel is compiled, or read from its cache, before the first request
