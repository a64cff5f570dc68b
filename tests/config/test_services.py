"""What management commands learn from a hub that runs on the same data directory."""

import os

from config import services
from config.registry import load

RUNNING = {
    "HUB_LISTEN": "127.0.0.1:9999",
    "HUB_PARTY": "DE/HBX",
    "DATABASE_URL": "postgresql://postgres@/hub?host=%2Fsomewhere",
    "HOME": "/home/operator",
}


def test_a_command_takes_over_the_settings_of_the_running_hub(tmp_path):
    services.write(tmp_path, RUNNING)
    hub = load(services.environment({"HUB_DATA_DIR": str(tmp_path)}))
    assert hub.public_url == "http://127.0.0.1:9999"
    assert hub.party == ("DE", "HBX")
    assert hub.database_url == RUNNING["DATABASE_URL"]


def test_what_the_command_is_told_itself_comes_first(tmp_path):
    services.write(tmp_path, RUNNING)
    own = {"HUB_DATA_DIR": str(tmp_path), "HUB_PARTY": "FR/HBY", "HUB_LISTEN": ""}
    hub = load(services.environment(own))
    assert hub.party == ("FR", "HBY")
    assert hub.listen.port == 9999


def test_only_settings_are_written_and_only_the_owner_reads_them(tmp_path):
    services.write(tmp_path, RUNNING)
    file = tmp_path / "services.json"
    assert "operator" not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_a_killed_hub_left_is_not_believed(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "getpid", lambda: 2**22 + 1)  # above every process id of the system
    services.write(tmp_path, RUNNING)
    assert services.read(tmp_path) is None
    services.forget(tmp_path)
    assert services.read(tmp_path) is None
