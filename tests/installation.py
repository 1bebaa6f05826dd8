"""An installation of the tests' own: its folder is named before anything reads the settings.

The settings are not named in pyproject.toml or left in the environment, where pytest-django would read them earlier, in
the processes that pytest-xdist starts too.
"""

import atexit
import os
import shutil
import tempfile

import django

FOLDER = tempfile.mkdtemp(prefix="localcare-tests-")
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
os.environ |= {"LOCALCARE_DATA": FOLDER, "DJANGO_SETTINGS_MODULE": "localcare.config.settings"}
django.setup()
del os.environ["DJANGO_SETTINGS_MODULE"]
