"""Django settings, from the settings declared in `environment`."""

import secrets
from pathlib import Path

from localcare.config import environment

VALUES = environment.read()
MODE = VALUES["LOCALCARE_MODE"]
if MODE not in ("demo", "development", "production"):
    raise environment.BadSetting(f"LOCALCARE_MODE is {MODE!r}; use demo, development or production.")
if MODE == "production":
    environment.check_production(VALUES)
PRODUCTION = MODE == "production"

PACKAGE = Path(__file__).resolve().parents[1]
DATA = Path(VALUES["LOCALCARE_DATA"])
DATA.mkdir(parents=True, exist_ok=True)
DATASET = DATA / "dataset"
KEYS = Path(VALUES["LOCALCARE_KEYS"] or DATA / "keys")
CLOCK_OFFSET_DAYS = environment.whole(VALUES, "LOCALCARE_CLOCK_OFFSET_DAYS", least=None)
AREA = VALUES["LOCALCARE_AREA"]
CLUSTER_WORD = VALUES["LOCALCARE_CLUSTER_WORD"]
VIEWING_BASIS = environment.one_of(VALUES, "LOCALCARE_VIEWING_BASIS", ("legitimate_relationship", "explicit_consent"))
RISK_SCORE = environment.switched(VALUES, "LOCALCARE_RISK_SCORE", usual=not PRODUCTION)
LINKAGE_THRESHOLD = environment.share(VALUES, "LOCALCARE_LINKAGE_THRESHOLD", above=0.5)
SUPPRESS_BELOW = environment.whole(VALUES, "LOCALCARE_SUPPRESS_BELOW")
ROUND_TO = environment.whole(VALUES, "LOCALCARE_ROUND_TO", least=1)
DOMINANCE_ONE = environment.share(VALUES, "LOCALCARE_DOMINANCE_ONE", above=0.0)
DOMINANCE_TWO = environment.share(VALUES, "LOCALCARE_DOMINANCE_TWO", above=0.0)
KEPT = Path(VALUES["LOCALCARE_KEPT"] or DATA / "kept")
KEEP_ROWS = environment.switched(VALUES, "LOCALCARE_KEEP_ROWS", usual=not PRODUCTION)
IDENTITY_QUOTA = environment.whole(VALUES, "LOCALCARE_IDENTITY_QUOTA")
IDENTITY_DAYS = environment.whole(VALUES, "LOCALCARE_IDENTITY_DAYS")
STANDBY = Path(VALUES["LOCALCARE_STANDBY"] or DATA / "standby")
OUTAGE = environment.switched(VALUES, "LOCALCARE_OUTAGE", usual=False)
# The folder itself, not the name that leads to it: a server goes on with one copy while the next takes its place.
OUTAGE_COPY = (STANDBY / "current").resolve()
OUTAGE_OLD_HOURS = environment.whole(VALUES, "LOCALCARE_OUTAGE_OLD_HOURS")
KEEP_EDITIONS = environment.whole(VALUES, "LOCALCARE_KEEP_EDITIONS", least=1)
KEEP_EDITION_DAYS = environment.whole(VALUES, "LOCALCARE_KEEP_EDITION_DAYS")


def _secret_key() -> str:
    if VALUES["LOCALCARE_SECRET_KEY"]:
        return VALUES["LOCALCARE_SECRET_KEY"]
    kept = DATA / "secret_key"
    if not kept.exists():
        kept.write_text(secrets.token_urlsafe(50), "utf-8")
        kept.chmod(0o600)
    return kept.read_text("utf-8")


SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = VALUES["LOCALCARE_ALLOWED_HOSTS"].split(",")
ROOT_URLCONF = "localcare.config.urls_outage" if OUTAGE else "localcare.config.urls"
WSGI_APPLICATION = "localcare.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True

ROOMS = (
    "base",
    "design",
    "places",
    "accounts",
    "staff",
    "patients",
    "access",
    "tasks",
    "documents",
    "record",
    "population",
    "capacity",
    "caseload",
    "careplans",
    "mdt",
    "intake",
    "interop",
    "web",
    "outage",
)
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    *(f"localcare.{room}" for room in ROOMS),
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "localcare.design.headers.HeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "localcare.base.once.OnceMiddleware",
    "localcare.access.middleware.ViewerMiddleware",
]

_SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;",
}
_STORE = f"sqlite:///{OUTAGE_COPY / 'care.sqlite3'}" if OUTAGE else VALUES["DATABASE_URL"]
DATABASES = {"default": environment.database(_STORE or f"sqlite:///{DATA / 'care.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = _SQLITE
else:
    # Planning took a quarter of PostgreSQL's time on our pages; a statement asked again is planned once a connection.
    DATABASES["default"]["OPTIONS"] = {"server_side_binding": True, "prepare_threshold": 3}

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {"environment": "localcare.config.jinja.environment"},
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]
FORM_RENDERER = "localcare.design.forms.Renderer"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["localcare.accounts.backends.Backend"]
SESSION_ENGINE = "localcare.accounts.sessions"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_TEMPLATE_EXTENSION = "jinja"
ACCOUNT_ADAPTER = "localcare.access.adapter.ViewerAccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# On one host name a browser sends both the same cookies: an outage signs nobody out of the site itself.
SESSION_COOKIE_NAME = "outage_sessionid" if OUTAGE else "sessionid"

STATIC_URL = "static/"
STATIC_ROOT = DATA / "static"
STATIC_ROOT.mkdir(exist_ok=True)
WHITENOISE_USE_FINDERS = not (STATIC_ROOT / "staticfiles.json").exists()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "localcare.design.storage.StaticStorage"},
}

SECURE_SSL_REDIRECT = PRODUCTION
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # Its warnings name the address asked for, which may hold a patient's number.
    "loggers": {"django.request": {"level": "ERROR"}},
}
