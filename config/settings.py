"""Django's settings. What an operator may choose is in config/registry.py, the rest is decided."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from config import services
from config.database import database
from config.registry import load
from config.secret import with_secret

BASE_DIR = Path(__file__).resolve().parent.parent
HUB = with_secret(load(services.environment(os.environ)))
PUBLIC = urlsplit(HUB.public_url)
SECURE = PUBLIC.scheme == "https"

SECRET_KEY = HUB.secret_key
DEBUG = False
ALLOWED_HOSTS = [
    *HUB.allowed_hosts,
    *(host for host in (PUBLIC.hostname, HUB.listen.host) if host),
    "localhost",
    "127.0.0.1",
    "[::1]",
]

# Top to bottom as the layers of the import contract in pyproject.toml.
HUB_APPS = [
    "apps.api",
    "apps.console",
    "apps.sandbox",
    "apps.locations",
    "apps.sessions",
    "apps.cdrs",
    "apps.tariffs",
    "apps.tokens",
    "apps.commands",
    "apps.chargingprofiles",
    "apps.payments",
    "apps.bookings",
    "apps.invoicereconciliation",
    "apps.custom",
    "apps.operators",
    "apps.alerts",
    "apps.audit",
    "apps.summaries",
    "apps.gateway",
    "apps.credentials",
    "apps.hubclientinfo",
    "apps.sync",
    "apps.outbox",
    "apps.store",
    "apps.traffic",
    "apps.counts",
    "apps.parties",
    "apps.transport",
]

INSTALLED_APPS = [
    *HUB_APPS,
    "rest_framework",
    "drf_spectacular",
    "django_otp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

# For the operator's pages only: partners' traffic never passes through Django (config/asgi.py).
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.operators.by_proxy.ByProxy",
    "django_otp.middleware.OTPMiddleware",
    "apps.operators.gate.Gate",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
# TEMPORARY, as above: then the first entry of the list, so that errors carry the policy too.
if (BASE_DIR / "apps/console/csp.py").exists():
    MIDDLEWARE.insert(0, "apps.console.csp.middleware")

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {"default": database(HUB.database_url, HUB.data_dir)}
# While no hub runs these lead nowhere, and whoever connects is told so.
DATABASE_URL = HUB.database_url or "postgresql:///no-hub-is-running?host=/nowhere"
REDIS_URL = HUB.redis_url or f"unix://{HUB.data_dir}/no-hub-is-running.sock"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

# Served straight out of the packages: no collectstatic, nothing to forget at an upgrade.
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_AGE = HUB.session_hours * 3600
# Hubs on other ports of the same host share its cookies: without names of their own, logging in to
# one would log out of the other.
SESSION_COOKIE_NAME = f"hub_session_{HUB.listen.port}"
CSRF_COOKIE_NAME = f"hub_csrf_{HUB.listen.port}"
CSRF_TRUSTED_ORIGINS = [f"{PUBLIC.scheme}://{PUBLIC.netloc}"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
LOGIN_REDIRECT_URL = "/admin/"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "apps.operators.by_proxy.ProxyBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "apps.operators.one_time.NotTheSame"},
]

REST_FRAMEWORK = {"DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema"}
SPECTACULAR_SETTINGS = {
    "TITLE": f"{HUB.name}: the operator's API",
    "DESCRIPTION": "What operators do on their pages, for scripts.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVERS": [{"url": HUB.public_url}],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "COMPONENT_SPLIT_REQUEST": False,
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # They would repeat every refused request, and strangers can send many.
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "celery": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
    },
}
