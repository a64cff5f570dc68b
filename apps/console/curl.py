"""A logged request as a curl command; the token is `$TOKEN`, which the log never had. Pure."""

from shlex import quote

# Said by curl itself, or of the connection that is gone.
_LEFT_OUT = frozenset(
    {"host", "content-length", "connection", "accept-encoding", "transfer-encoding", "user-agent"}
)
AUTHORIZED = '-H "Authorization: Token $TOKEN"'


def curl(method: str, url: str, header_lines: str, body: str | None, lacks_body: bool) -> str:
    """The command, one option a line. With `lacks_body` it says where the body goes."""
    options = [AUTHORIZED]
    for line in header_lines.splitlines():
        name, _, value = line.partition(": ")
        if name.lower() not in _LEFT_OUT and value != "***":
            options.append(f"-H {quote(f'{name}: {value}')}")
    if lacks_body:
        options.append("--data-binary @body.json")
    elif body:
        options.append(f"--data-binary {quote(body)}")
    return " \\\n  ".join([f"curl -X {quote(method)} {quote(url)}", *options])
