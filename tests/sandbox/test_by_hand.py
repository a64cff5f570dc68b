"""The lines for a shell with which somebody registers by hand do what they say, in each version."""

import subprocess

import pytest

from apps.sandbox.byhand import Guest, instructions
from tests.hub import Hub, playground_platform


@pytest.mark.parametrize("version", ["2.1.1", "2.2.1", "2.3.0"])
def test_a_shell_registers_asks_and_leaves_again(hub: Hub, version: str) -> None:
    lent = playground_platform(hub, "FR/MSP", name="By hand", version=version)
    lent.real.state.connection.own_token = "lent"
    invitation = hub.invite("By hand")
    guest = Guest(lent.versions_url, "lent", lent.party, version)
    lines = instructions(invitation, guest, ("NL", "HUB"))
    done = subprocess.run(
        ["sh"], input=lines, text=True, capture_output=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    answers = [line for line in done.stdout.splitlines() if line.startswith("{")]
    # Versions, details, POST credentials, one page of locations, DELETE credentials.
    assert len(answers) == 5, done.stdout
    assert all('"status_code":1000' in answer for answer in answers), done.stdout
    assert f'"version":"{version}"' in answers[1]
    assert '"data":[]' in answers[3]
    row = hub.row(lent)
    assert (row.version, row.tokens.count()) == ("", 0)
    assert [each.tail for each in lent.received] == ["", version]
    assert not lent.complaints
