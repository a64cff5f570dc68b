"""Who is calling: the first question on every URL, answered before anything else is looked at."""

from msgspec import Struct

from apps.gateway.inbound import Request
from apps.gateway.process import Process
from apps.parties import directory
from apps.parties.secrets import fingerprint
from hub.ocpi.headers import AUTHORIZATION, TokenForm, candidates
from hub.ocpi.status import Code, OcpiError
from hub.routing.network import Network, Platform, Status, TokenEntry, TokenKind
from hub.routing.translated import OLDEST

Found = tuple[TokenEntry, str, TokenForm]
HABITS = {TokenForm.PLAIN: "plain tokens"}
# How a token is written that is nearly right: the log says so, the answer does not.
TWICE = "in Base64 twice"
WITHOUT_SCHEME = "without the word Token before it"


class Caller(Struct, frozen=True):
    """The authenticated platform, the kind of token it used, and how it wrote it."""

    platform: Platform
    kind: TokenKind
    form: TokenForm
    token: str

    def __repr__(self) -> str:
        return f"Caller({self.platform.name}, {self.kind})"


async def authenticate(request: Request, process: Process) -> Caller:
    """The caller. Raises OcpiError 401 without a good token, 403 for a suspended platform.

    An unknown token, and one of a platform without parties, is looked up once more in the directory
    as it is in the database: another process may have registered it a moment ago.
    """
    value = request.headers.get(AUTHORIZATION, "")
    if AUTHORIZATION in request.doubled:
        raise _unauthorized("the Authorization header came more than once, with different values.")
    if not value:
        raise _unauthorized("the Authorization header is missing; send `Token <your token>`.")
    found = _known(value, process)
    if found is None or _is_registering(found[0]):
        await process.look()
        found = _known(value, process)
    if found is None:
        raise _unauthorized(
            "the token is unknown. Since OCPI 2.2 the header is `Token ` and the Base64 of the "
            "token; plain tokens are understood too.",
            _meant(value),
        )
    entry, token, form = found
    network = directory.snapshot()
    platform = network.platforms[entry.platform_id]
    not_suspended(platform)
    _notice(request, process, entry, form, network)
    return Caller(platform, entry.kind, form, token)


def _is_registering(entry: TokenEntry) -> bool:
    """Whether a platform has its token and is not seen to host anybody."""
    return entry.kind is TokenKind.ISSUED and not directory.snapshot().hosted.get(entry.platform_id)


def not_suspended(platform: Platform) -> None:
    """Raises OcpiError 403 for a platform that an operator has suspended."""
    if platform.status is Status.SUSPENDED:
        raise OcpiError(
            Code.CLIENT_ERROR, "this platform is suspended; ask the hub's operator.", http=403
        )


def _known(value: str, process: Process) -> Found | None:
    """Whose token a header holds; remembered as long as the picture of the network is the same."""
    network = directory.snapshot()
    if process.tokens_of is not network:
        process.tokens_of, process.tokens = network, {}
    found = process.tokens.get(value)
    if found is None:
        found = _find(value, network)
        if found is not None:
            process.tokens[value] = found
    return found


def _meant(value: str) -> str:
    """Whose token is written in a way that the hub does not take: for its operator, and nobody
    else; empty when it is nobody's."""
    network = directory.snapshot()
    spelled = {f"Token {token}": TWICE for token, _ in candidates(value)}
    spelled |= {f"Token {value.strip().rpartition(' ')[2]}": WITHOUT_SCHEME}
    for text, how in spelled.items():
        found = _find(text, network)
        if found is not None:
            name = network.platforms[found[0].platform_id].name
            return f"the token is that of {name}, {how}"
    return ""


def _find(value: str, network: Network) -> Found | None:
    """Whose token it is; None also where it is one platform's as it stands, and another's in
    Base64."""
    found: list[Found] = []
    for token, form in candidates(value):
        entry = network.tokens.get(fingerprint(token))
        if entry is not None and entry.platform_id in network.platforms:
            found.append((entry, token, form))
    is_one = len({entry.platform_id for entry, _, _ in found}) == 1
    return found[0] if is_one else None


def _notice(
    request: Request, process: Process, entry: TokenEntry, form: TokenForm, network: Network
) -> None:
    noticed = process.noticed
    moment = process.clock()
    process.signs.heard(entry.platform_id, moment)
    habits: list[str] = []
    if OLDEST not in request.path[:2]:  # which has no ids, and writes tokens as they are
        habits += request.habits
        if form in HABITS:
            habits.append(HABITS[form])
    if entry.kind is TokenKind.THEIRS:
        habits.append("its own token instead of the hub's")
    for habit in habits:
        noticed.habits[entry.platform_id, habit] = moment
    newest = entry.kind is TokenKind.ISSUED and not entry.replaced
    if newest and entry.platform_id in network.retiring:
        noticed.renewed.add(entry.platform_id)


def _unauthorized(message: str, reason: str = "") -> OcpiError:
    headers = (("WWW-Authenticate", "Token"),)
    return OcpiError(Code.CLIENT_ERROR, message, http=401, headers=headers, reason=reason)
