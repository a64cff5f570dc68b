"""Signs in whom a trusted proxy names in a header: LDAP and single sign-on are the proxy's work."""

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.backends import RemoteUserBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin

from apps.operators.address import from_proxy
from apps.operators.told import told


class ProxyBackend(RemoteUserBackend):
    """Users whom a trusted proxy has signed in. Only those whom the hub knows: what somebody may do
    is decided here."""

    create_unknown_user = False


PATH = f"{ProxyBackend.__module__}.{ProxyBackend.__qualname__}"


class ByProxy(MiddlewareMixin):
    """Makes the session that of the user whom the header names, and of nobody where the header is
    gone; sessions by password are left alone then. Runs when the user is known, and before it is
    looked at whether a second factor was given."""

    def process_request(self, request: HttpRequest) -> None:
        """Raises PermissionDenied for a user whom the hub does not know."""
        name = _named(request)
        if not name:
            if is_by_proxy(request):
                auth.logout(request)
            return
        if is_by_proxy(request) and request.user.get_username() == name:
            return
        user = ProxyBackend().authenticate(request, remote_user=name)
        if user is None:
            told(name, "Sign in refused", by="proxy")
            raise PermissionDenied(f"{name} is no operator of this hub.")
        auth.login(request, user, backend=PATH)


def is_by_proxy(request: HttpRequest) -> bool:
    """Whether the session was begun by a proxy's word."""
    return request.session.get(auth.BACKEND_SESSION_KEY) == PATH


def _named(request: HttpRequest) -> str:
    """Whom the header names; nobody where it is not from a trusted proxy."""
    header = settings.HUB.trusted_user_header
    if not header or not from_proxy(request):
        return ""
    return str(request.META.get(f"HTTP_{header.upper().replace('-', '_')}", "")).strip()
