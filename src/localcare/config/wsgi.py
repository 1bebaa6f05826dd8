"""The WSGI application that Granian serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "localcare.config.settings")
application = get_wsgi_application()
# What was made at the start stays for good; a request makes about 10,000 objects and leaves nearly none behind.
gc.freeze()
gc.set_threshold(50_000, 20, 100)
