"""The table of settings: defaults, refusals, and that nothing in it is idle or undocumented."""

import re
import warnings
from dataclasses import fields
from ipaddress import ip_network
from pathlib import Path

import pytest

from config.registry import SETTINGS, Settings, SettingsError, UnknownSetting, load
from config.secret import with_secret

ROOT = Path(__file__).resolve().parents[2]

SECRET = "correct horse battery staple, twice over"


def test_an_empty_environment_gives_the_defaults():
    hub = load({})
    assert str(hub.listen) == "127.0.0.1:8000"
    assert hub.public_url == hub.website == "http://127.0.0.1:8000"
    assert hub.party == ("NL", "HUB")
    assert hub.database_url is None
    assert hub.max_request_bytes == 2 * 1024 * 1024


def test_an_empty_value_is_the_default():
    assert load({"HUB_WORKERS": " ", "DATABASE_URL": ""}) == load({})


GOOD = [
    ("HUB_LISTEN", "[::1]:9000", "listen", ("::1", 9000)),
    ("HUB_LISTEN", "hub.example:80", "listen", ("hub.example", 80)),
    ("HUB_PUBLIC_URL", "https://hub.example/x/", "public_url", "https://hub.example/x"),
    ("HUB_PARTY", "de/h0b", "party", ("DE", "H0B")),
    ("HUB_EGRESS_ALLOW", "10.0.0.0/8, ::1", "egress_allow",
     (ip_network("10.0.0.0/8"), ip_network("::1/128"))),
    ("HUB_MODULES", "acme.reviews,acme.queue", "modules", ("acme.reviews", "acme.queue")),
    ("HUB_LOG_BODIES", "None", "log_bodies", "none"),
    ("HUB_MAX_REQUEST_BYTES", "64 KiB", "max_request_bytes", 65536),
    ("HUB_RATE_LIMIT", "0", "rate_limit", 0),
    ("DATABASE_URL", "postgresql://u:p@h/n", "database_url", "postgresql://u:p@h/n"),
    ("DATABASE_URL", "postgresql://a:1,b:2/n", "database_url", "postgresql://a:1,b:2/n"),
    ("HUB_ALLOWED_HOSTS", "hub.example, .example,[::1]", "allowed_hosts",
     ("hub.example", ".example", "[::1]")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "field", "value"), GOOD)
def test_a_value_is_read(name, text, field, value):
    assert getattr(load({name: text}), field) == value


BAD = [
    ("HUB_LISTEN", "8000"),
    ("HUB_LISTEN", "127.0.0.1:0"),
    ("HUB_LISTEN", "127.0.0.1:65536"),
    ("HUB_PUBLIC_URL", "hub.example"),
    ("HUB_PUBLIC_URL", "https://user:pass@hub.example"),
    ("HUB_PUBLIC_URL", "https://hub.example/?a=b"),
    ("HUB_PUBLIC_URL", "https://hub.example:99999"),
    ("HUB_PARTY", "NLHUB"),
    ("HUB_PARTY", "NLD/HUB"),
    ("HUB_NAME", "x" * 101),
    ("HUB_WORKERS", "0"),
    ("HUB_WORKERS", "two"),
    ("HUB_WORKERS", "٢"),
    ("HUB_EGRESS_ALLOW", "10.0.0.1/8"),
    ("HUB_LOG_BODIES", "some"),
    ("HUB_LOG_BODY_LIMIT", "16 GB"),
    ("HUB_MODULES", "acme/reviews.py"),
    ("HUB_AGREEMENTS", "closed"),
    ("DATABASE_URL", "mysql://h/n"),
    ("DATABASE_URL", "postgresql://h/n?no_such_option=1"),
    ("DATABASE_URL", "postgresql://h:port/n"),
    ("REDIS_URL", "h:6379"),
    ("REDIS_URL", "redis://h:port"),
    ("HUB_DATA_DIR", "~nobody-has-this-name/hub"),
    ("HUB_ALLOWED_HOSTS", "*"),
    ("HUB_ALLOWED_HOSTS", "http://hub.example"),
    ("HUB_ALLOWED_HOSTS", "hub.example pages.example"),
]


@pytest.mark.parametrize(("name", "text"), BAD)
def test_a_bad_value_is_refused_by_name_and_rule(name, text):
    rule = next(setting.rule for setting in SETTINGS if setting.name == name)
    with pytest.raises(SettingsError) as refused:
        load({name: text})
    assert name in str(refused.value)
    assert rule in str(refused.value)


def test_all_bad_values_are_named_at_once():
    with pytest.raises(SettingsError) as refused:
        load({"HUB_PARTY": "x", "HUB_WORKERS": "x"})
    assert "HUB_PARTY" in str(refused.value)
    assert "HUB_WORKERS" in str(refused.value)


def test_a_secret_is_in_no_error_and_no_repr():
    with pytest.raises(SettingsError) as refused:
        load({"HUB_SECRET_KEY": "too-short-xyzzy", "DATABASE_URL": "mysql://u:xyzzy@h/n"})
    assert "xyzzy" not in str(refused.value)
    hub = load({"HUB_SECRET_KEY": SECRET, "DATABASE_URL": "postgresql://u:xyzzy@h/n"})
    assert SECRET not in repr(hub)
    assert "xyzzy" not in repr(hub)


def test_a_wildcard_address_needs_a_public_url():
    with pytest.raises(SettingsError, match="HUB_PUBLIC_URL"):
        load({"HUB_LISTEN": "0.0.0.0:8000"})
    load({"HUB_LISTEN": "0.0.0.0:8000", "HUB_PUBLIC_URL": "https://hub.example"})


def test_an_unknown_hub_name_is_warned_of_with_the_closest():
    with pytest.warns(UnknownSetting, match="HUB_WORKRES is no setting.*HUB_WORKERS"):
        load({"HUB_WORKRES": "2"})


def test_names_of_others_are_not_warned_of():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load({"GITHUB_TOKEN": "x", "HUBBLE": "1"})


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    first = with_secret(load({"HUB_DATA_DIR": str(tmp_path / "hub")}))
    again = with_secret(load({"HUB_DATA_DIR": str(tmp_path / "hub")}))
    assert len(first.secret_key) >= 32
    assert first.secret_key == again.secret_key
    assert (tmp_path / "hub" / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_secret_key_file_is_read(tmp_path):
    file = tmp_path / "key"
    file.write_text(SECRET + "\n")
    assert with_secret(load({"HUB_SECRET_KEY_FILE": str(file)})).secret_key == SECRET
    with pytest.raises(SettingsError, match="HUB_SECRET_KEY_FILE"):
        with_secret(load({"HUB_SECRET_KEY_FILE": str(tmp_path / "none")}))
    with pytest.raises(SettingsError, match="together"):
        load({"HUB_SECRET_KEY_FILE": str(file), "HUB_SECRET_KEY": SECRET})


def test_the_table_and_the_dataclass_have_the_same_fields():
    assert sorted(s.field for s in SETTINGS) == sorted(f.name for f in fields(Settings))


def test_every_setting_is_read_by_somebody():
    unread = {setting.field for setting in SETTINGS} - {
        name for name in (s.field for s in SETTINGS) if re.search(rf"\.{name}\b", source())
    }
    assert unread == set()


def source() -> str:
    skipped = {"registry.py", "parsers.py"}
    files = [f for top in ("apps", "config") for f in (ROOT / top).rglob("*.py")]
    return "\n".join(f.read_text() for f in files if f.name not in skipped)
