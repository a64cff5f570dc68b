"""A mail server and a web server of the operator's: small, real, and remembering."""

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

HERE = "127.0.0.1"


@dataclass
class Mail:
    """What a mail server got: envelopes and messages, and who logged in. Each entry of `refusals`
    answers one RCPT."""

    port: int = 0
    recipients: list[list[str]] = field(default_factory=list)
    messages: list[EmailMessage] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    over_tls: list[bool] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)


class _Conversation(socketserver.StreamRequestHandler):
    """SMTP as far as a client that sends needs it (RFC 5321, 3207, 4954)."""

    def handle(self) -> None:
        mail: Mail = self.server.mail  # type: ignore[attr-defined]
        context: ssl.SSLContext | None = self.server.context  # type: ignore[attr-defined]
        recipients: list[str] = []
        self._say("220 here")
        while line := self.rfile.readline().decode().strip():
            verb, _, rest = line.partition(" ")
            match verb.upper():
                case "EHLO":
                    offers = ["250-here", "250-AUTH PLAIN"]
                    offers += ["250-STARTTLS"] if context is not None else []
                    self._say("\r\n".join([*offers, "250 8BITMIME"]))
                case "STARTTLS" if context is not None:
                    self._say("220 go on")
                    if not self._secured(context):
                        return
                case "AUTH":
                    words = base64.b64decode(rest.split()[1]).decode().split("\0")
                    mail.logins.append((words[1], words[2]))
                    self._say("235 welcome")
                case "RCPT":
                    recipients.append(rest)
                    self._say(f"{mail.refusals.pop(0)} no" if mail.refusals else "250 yes")
                case "DATA":
                    self._say("354 begin")
                    mail.messages.append(self._message())
                    mail.recipients.append(recipients)
                    mail.over_tls.append(isinstance(self.connection, ssl.SSLSocket))
                    self._say("250 taken")
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 yes")

    def _secured(self, context: ssl.SSLContext) -> bool:
        """Goes on in TLS; False when the client does not trust the certificate."""
        try:
            self.connection = context.wrap_socket(self.connection, server_side=True)
        except ssl.SSLError:
            return False
        self.rfile.close()
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", 0)
        return True

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def _message(self) -> EmailMessage:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return message_from_bytes(b"".join(lines), policy=policy.default)

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    mail: Mail
    context: ssl.SSLContext | None = None
    at_once = False

    def get_request(self) -> Any:
        connection, address = super().get_request()
        if self.at_once and self.context is not None:
            try:
                connection = self.context.wrap_socket(connection, server_side=True)
            except ssl.SSLError:  # the client does not trust the certificate
                connection.close()
                raise
        return connection, address


@contextmanager
def mail_server(certificate: Path | None = None, *, at_once: bool = False) -> Iterator[Mail]:
    """A mail server; with a certificate it offers STARTTLS, or speaks TLS at once."""
    server = _Server((HERE, 0), _Conversation)
    server.mail = Mail(server.server_address[1])
    server.at_once = at_once
    if certificate is not None:
        server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.context.load_cert_chain(certificate)
    with _running(server):
        yield server.mail


@dataclass(frozen=True)
class Posted:
    """One request, as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Hook:
    """What a web server was POSTed. Each entry of `answers` is the status of one answer, 200 when
    there is none."""

    port: int = 0
    got: list[Posted] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{HERE}:{self.port}/alerts?from=hub"


class _Post(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        hook: Hook = self.server.hook  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        hook.got.append(Posted(self.path, headers, body))
        status = hook.answers.pop(0) if hook.answers else 200
        self.send_response(status)
        if status in (301, 302, 307, 308):
            self.send_header("Location", f"http://{HERE}:{hook.port}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@contextmanager
def web_server() -> Iterator[Hook]:
    """A web server that takes POSTs."""
    server = ThreadingHTTPServer((HERE, 0), _Post)
    hook = Hook(server.server_address[1])
    server.hook = hook  # type: ignore[attr-defined]
    with _running(server):
        yield hook


@contextmanager
def _running(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
