"""Every setting of the hub: one table, read from the environment once, at start-up.

A default is written as one would write it in the environment, and may name earlier settings.
Nothing here imports Django, and no message ever contains the value of a secret.
"""

import difflib
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from config import parsers

IpNetwork = IPv4Network | IPv6Network


class SettingsError(Exception):
    """The environment holds values the hub cannot run with; the text names each and its rule."""


class UnknownSetting(UserWarning):
    """A HUB_ name in the environment that no setting has: most likely a typing mistake."""


@dataclass(frozen=True)
class Settings:
    """The parsed table. A secret stays out of repr(), so it cannot end in a log or traceback."""

    listen: parsers.Address
    public_url: str
    allowed_hosts: tuple[str, ...]
    party: tuple[str, str]
    name: str
    website: str
    data_dir: Path
    database_url: str | None = field(repr=False)
    redis_url: str | None = field(repr=False)
    secret_key: str = field(repr=False)  # config.secret fills it when it is empty
    secret_key_file: Path | None
    workers: int
    egress_allow: tuple[IpNetwork, ...]
    agreements: str
    modules: tuple[str, ...]
    invitation_hours: int
    token_grace_seconds: int
    name_parties_minutes: int
    page_limit: int
    max_request_bytes: int
    max_answer_bytes: int
    rate_limit: int
    max_in_flight: int
    still_alive_minutes: int
    pull_modules: tuple[str, ...]
    pull_delta_minutes: int
    pull_full_hours: int
    pull_overlap_minutes: int
    pull_private_days: int
    pull_at_once: int
    pull_max_pages: int
    pull_max_objects: int
    pull_max_bytes: int
    keep_days: tuple[tuple[str, int], ...]
    personal_days: int
    log_bodies: str
    log_body_limit: int
    log_days: int
    alert_mail_to: tuple[str, ...]
    mail_url: parsers.MailServer | None = field(repr=False)
    mail_from: str
    alert_webhook_url: str | None = field(repr=False)
    alert_webhook_secret: str = field(repr=False)
    alert_failure_percent: int
    alert_waiting_minutes: int
    alert_agreement_days: int
    admin_2fa: bool
    session_idle_minutes: int
    session_hours: int
    trusted_proxies: tuple[IpNetwork, ...]
    trusted_user_header: str
    api_rate_limit: int


@dataclass(frozen=True)
class Setting:
    """One row: the name in the environment, how it is read, and what docs and errors say of it."""

    name: str
    field: str
    parse: Callable[[str], object]
    default: str
    rule: str
    doc: str


SETTINGS = (
    Setting("HUB_LISTEN", "listen", parsers.address, "127.0.0.1:8000",
            "host:port, an IPv6 host in brackets", "Where the hub accepts connections."),
    Setting("HUB_PUBLIC_URL", "public_url", parsers.url, "http://{HUB_LISTEN}",
            "http:// or https:// URL without query; needed when HUB_LISTEN is a wildcard address",
            "The address partners reach the hub at; every URL the hub gives out starts with it."),
    Setting("HUB_ALLOWED_HOSTS", "allowed_hosts", parsers.hosts, "",
            "comma-separated host names, .example.org for all below it",
            "Hosts the operator's pages answer to besides those of the two settings above."),
    Setting("HUB_PARTY", "party", parsers.party, "NL/HUB",
            "country code of 2 letters, a slash, party id of 3 letters or digits",
            "The hub's own country code and party id."),
    Setting("HUB_NAME", "name", parsers.text, "OCPI hub", "1 to 100 characters",
            "The hub's name in its business details and pages."),
    Setting("HUB_WEBSITE", "website", parsers.url, "{HUB_PUBLIC_URL}",
            "http:// or https:// URL without query", "The website in the hub's business details."),
    Setting("HUB_DATA_DIR", "data_dir", parsers.path, "./var", "a path",
            "Where the hub keeps what is its own: embedded servers, secret key, logs."),
    Setting("DATABASE_URL", "database_url", parsers.optional(parsers.database_url), "",
            "postgresql://user:password@host:port/name",
            "Your own PostgreSQL, 15 or newer. Unset: the hub runs its own."),
    Setting("REDIS_URL", "redis_url", parsers.optional(parsers.redis_url), "",
            "redis://, rediss:// or unix:// URL",
            "Your own Redis or Valkey. Unset: the hub runs its own."),
    Setting("HUB_SECRET_KEY", "secret_key", parsers.secret, "",
            "at least 32 characters; not together with HUB_SECRET_KEY_FILE",
            "Protects stored tokens and sessions. Unset: made once, in `secret.key` of the data"
            " directory."),
    Setting("HUB_SECRET_KEY_FILE", "secret_key_file", parsers.optional(parsers.path), "",
            "path of a readable file", "A file holding the secret key, in place of the variable."),
    Setting("HUB_WORKERS", "workers", parsers.number(1, 256), "1", "1 to 256",
            "Number of web processes."),
    Setting("HUB_EGRESS_ALLOW", "egress_allow", parsers.networks, "",
            "comma-separated CIDRs, such as 10.1.0.0/16,::1/128",
            "Networks the hub may call besides public addresses."),
    Setting("HUB_AGREEMENTS", "agreements", parsers.one_of("open", "required"), "open",
            "open or required",
            "Whether two parties may exchange modules without a recorded agreement."),
    Setting("HUB_MODULES", "modules", parsers.dotted_names, "",
            "comma-separated dotted module paths",
            "Python modules that describe custom OCPI modules."),
    Setting("HUB_INVITATION_HOURS", "invitation_hours", parsers.number(1, 8760), "72",
            "1 to 8760", "How long a CREDENTIALS_TOKEN_A may be used."),
    Setting("HUB_TOKEN_GRACE_SECONDS", "token_grace_seconds", parsers.number(0, 86400), "60",
            "0 to 86400", "How long a replaced token still works if the new one is not used."),
    Setting("HUB_NAME_PARTIES_MINUTES", "name_parties_minutes", parsers.number(0, 1440), "5",
            "0 to 1440; 0 is never",
            "Least time between two PUTs of the hub's credentials to a platform of OCPI 2.3.0, when"
            " the parties change that it reaches."),
    Setting("HUB_PAGE_LIMIT", "page_limit", parsers.number(1, 1000), "100", "1 to 1000",
            "Most objects on one page of a list."),
    Setting("HUB_MAX_REQUEST_BYTES", "max_request_bytes", parsers.size, "2MiB",
            "bytes, or a number with KiB or MiB, at least 1KiB", "Largest request body accepted."),
    Setting("HUB_MAX_ANSWER_BYTES", "max_answer_bytes", parsers.size, "32MiB",
            "bytes, or a number with KiB or MiB, at least 1KiB",
            "Largest body accepted from a partner's server."),
    Setting("HUB_RATE_LIMIT", "rate_limit", parsers.number(0, 1_000_000), "500",
            "0 to 1000000; 0 is no limit",
            "Requests per second of one platform to one web process."),
    Setting("HUB_MAX_IN_FLIGHT", "max_in_flight", parsers.number(1, 100_000), "500",
            "1 to 100000", "Requests the hub has waiting at one platform, per web process."),
    Setting("HUB_STILL_ALIVE_MINUTES", "still_alive_minutes", parsers.number(0, 1440), "5",
            "0 to 1440; 0 is never",
            "Silence of a platform after which the hub asks whether it is there."),
    Setting("HUB_PULL_MODULES", "pull_modules", parsers.words, "all",
            "comma-separated module ids, all, or none",
            "Modules whose lists the hub pulls from platforms."),
    Setting("HUB_PULL_DELTA_MINUTES", "pull_delta_minutes", parsers.number(0, 10_080), "60",
            "0 to 10080; 0 is never", "How often the hub pulls what has changed."),
    Setting("HUB_PULL_FULL_HOURS", "pull_full_hours", parsers.number(0, 8760), "24",
            "0 to 8760; 0 is never", "How often the hub pulls whole lists."),
    Setting("HUB_PULL_OVERLAP_MINUTES", "pull_overlap_minutes", parsers.number(0, 10_080), "10",
            "0 to 10080",
            "By how much a pull of changes reaches back behind the start of the pull before it."),
    Setting("HUB_PULL_PRIVATE_DAYS", "pull_private_days", parsers.number(1, 3650), "30",
            "1 to 3650",
            "How far back whole lists of private modules (sessions, CDRs) are asked for."),
    Setting("HUB_PULL_AT_ONCE", "pull_at_once", parsers.number(1, 100), "4", "1 to 100",
            "Platforms the hub pulls from at the same time; from each it asks one page at a time."),
    Setting("HUB_PULL_MAX_PAGES", "pull_max_pages", parsers.number(1, 10_000_000), "20000",
            "1 to 10000000", "Pages after which a pull is stopped."),
    Setting("HUB_PULL_MAX_OBJECTS", "pull_max_objects", parsers.number(1, 1_000_000_000),
            "2000000", "1 to 1000000000", "Objects after which a pull is stopped."),
    Setting("HUB_PULL_MAX_BYTES", "pull_max_bytes", parsers.size, "8192MiB",
            "bytes, or a number with KiB or MiB, at least 1KiB",
            "Bytes after which a pull is stopped."),
    Setting("HUB_KEEP_DAYS", "keep_days", parsers.days_by_name, "sessions=90,cdrs=400,bookings=90",
            "comma-separated module=days, days from 1 to 36500",
            "Days after their last change that objects of a module are kept; of others, for ever."),
    Setting("HUB_PERSONAL_DAYS", "personal_days", parsers.number(1, 3650), "7", "1 to 3650",
            "Days until ids and bodies of messages that tell of drivers (tokens, sessions, CDRs,"
            " commands, charging profiles) are removed from message log and delivery records."),
    Setting("HUB_LOG_BODIES", "log_bodies", parsers.one_of("none", "public", "all"), "public",
            "none, public or all",
            "Whose bodies the message log keeps: of no module, of those that may be broadcast,"
            " of all."),
    Setting("HUB_LOG_BODY_LIMIT", "log_body_limit", parsers.size, "16KiB",
            "bytes, or a number with KiB or MiB, at least 1KiB",
            "Where the message log cuts a body."),
    Setting("HUB_LOG_DAYS", "log_days", parsers.number(1, 3650), "30", "1 to 3650",
            "Days the message log is kept."),
    Setting("HUB_ALERT_MAIL_TO", "alert_mail_to", parsers.mail_addresses, "",
            "comma-separated mail addresses; needs HUB_MAIL_URL and HUB_MAIL_FROM",
            "Who gets alerts by mail."),
    Setting("HUB_MAIL_URL", "mail_url", parsers.optional(parsers.mail_server), "",
            "smtp:// (STARTTLS, port 587), smtps:// (TLS, port 465) or smtp+plain:// (no TLS, port"
            " 25, no password), with user:password@ where needed, host and port",
            "The mail server that the hub sends by."),
    Setting("HUB_MAIL_FROM", "mail_from", parsers.mail_address, "", "a mail address",
            "The address that the hub's mails come from."),
    Setting("HUB_ALERT_WEBHOOK_URL", "alert_webhook_url", parsers.optional(parsers.webhook), "",
            "http:// or https:// URL; needs HUB_ALERT_WEBHOOK_SECRET",
            "Where alerts are POSTed. An address that is not public, or plain http, must be in"
            " HUB_EGRESS_ALLOW."),
    Setting("HUB_ALERT_WEBHOOK_SECRET", "alert_webhook_secret", parsers.secret, "",
            "at least 32 characters", "What these POSTs are signed with."),
    Setting("HUB_ALERT_FAILURE_PERCENT", "alert_failure_percent", parsers.number(0, 100), "50",
            "0 to 100; 0 is never",
            "Share of failed messages, of a platform or of all, from which on there is an alert."),
    Setting("HUB_ALERT_WAITING_MINUTES", "alert_waiting_minutes", parsers.number(0, 1440), "10",
            "0 to 1440; 0 is never",
            "How long a delivery may wait until there is an alert."),
    Setting("HUB_ALERT_AGREEMENT_DAYS", "alert_agreement_days", parsers.number(0, 365), "14",
            "0 to 365; 0 is never",
            "How long before an agreement ends there is an alert."),
    Setting("HUB_ADMIN_2FA", "admin_2fa", parsers.switch, "off", "on or off",
            "Whether every operator needs a second factor. Who has set one up is asked for it in"
            " any case."),
    Setting("HUB_SESSION_IDLE_MINUTES", "session_idle_minutes", parsers.number(1, 1440), "60",
            "1 to 1440", "Minutes without a request after which an operator's session ends."),
    Setting("HUB_SESSION_HOURS", "session_hours", parsers.number(1, 168), "12", "1 to 168",
            "Hours after which it ends in any case."),
    Setting("HUB_TRUSTED_PROXIES", "trusted_proxies", parsers.networks, "",
            "comma-separated CIDRs", "Proxies whose X-Forwarded-For and whose header of the next"
            " setting are believed."),
    Setting("HUB_TRUSTED_USER_HEADER", "trusted_user_header", parsers.header_name, "",
            "a header's name, such as X-Remote-User; needs HUB_TRUSTED_PROXIES",
            "The header in which such a proxy names the operator it has signed in."),
    Setting("HUB_API_RATE_LIMIT", "api_rate_limit", parsers.number(0, 1_000_000), "600",
            "0 to 1000000; 0 is no limit",
            "Requests per minute of one API token to one web process."),
)  # fmt: skip


def load(environ: Mapping[str, str]) -> Settings:
    """The settings in `environ`. An empty value is the default, as in compose and systemd files."""
    written: dict[str, str] = {}
    values: dict[str, object] = {}
    wrong: list[str] = []
    for setting in SETTINGS:
        text = environ.get(setting.name, "").strip() or setting.default.format_map(written)
        written[setting.name] = text
        try:
            values[setting.field] = setting.parse(text)
        except ValueError:
            wrong.append(f"{setting.name}: must be {setting.rule}")
    wrong += [] if wrong else contradictions(environ, values)
    if wrong:
        raise SettingsError("settings the hub cannot start with:\n  " + "\n  ".join(wrong))
    warn_of_unknown(environ)
    return Settings(**values)  # type: ignore[arg-type]  # the table's test keeps both in step


def contradictions(environ: Mapping[str, str], values: Mapping[str, object]) -> list[str]:
    """Values that are well-formed alone and make no sense together."""
    listen = values["listen"]
    wildcard = isinstance(listen, parsers.Address) and listen.is_wildcard
    found = []
    if wildcard and not environ.get("HUB_PUBLIC_URL", "").strip():
        found.append("HUB_PUBLIC_URL: must be set when HUB_LISTEN is a wildcard address")
    if values["secret_key"] and values["secret_key_file"]:
        found.append("HUB_SECRET_KEY: must not be set together with HUB_SECRET_KEY_FILE")
    needs = (
        ("alert_mail_to", "HUB_ALERT_MAIL_TO", "mail_url", "HUB_MAIL_URL"),
        ("alert_mail_to", "HUB_ALERT_MAIL_TO", "mail_from", "HUB_MAIL_FROM"),
        ("alert_webhook_url", "HUB_ALERT_WEBHOOK_URL",
         "alert_webhook_secret", "HUB_ALERT_WEBHOOK_SECRET"),
        ("trusted_user_header", "HUB_TRUSTED_USER_HEADER", "trusted_proxies",
         "HUB_TRUSTED_PROXIES"),
    )  # fmt: skip
    for setting, name, needed, needed_name in needs:
        if values[setting] and not values[needed]:
            found.append(f"{name}: needs {needed_name}")
    return found


def warn_of_unknown(environ: Mapping[str, str]) -> None:
    known = {setting.name for setting in SETTINGS}
    for name in sorted(environ):
        if name.startswith("HUB_") and name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f": did you mean {close[0]}?" if close else ""
            warnings.warn(f"{name} is no setting of the hub{hint}", UnknownSetting, stacklevel=3)


def markdown() -> str:
    """The table of docs/settings.md."""
    lines = ["| Setting | Default | Rule | What it is for |", "|---|---|---|---|"]
    for s in SETTINGS:
        default = f"`{s.default}`".replace("{", "<").replace("}", ">") if s.default else ""
        lines.append(f"| `{s.name}` | {default} | {s.rule} | {s.doc} |")
    return "\n".join(lines) + "\n"
