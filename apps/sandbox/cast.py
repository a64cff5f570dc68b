"""Who plays beside the first two in the demo's mixed network: platforms of OCPI 2.1.1 and 2.3.0."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from apps.sandbox.platform import SandboxPlatform
from hub.ocpi.module import Role

OLD, NEW = "2.1.1", "2.3.0"


def _platform(name: str, version: str, role: Role, country: str, party: str) -> SandboxPlatform:
    return SandboxPlatform(name, ((role, country, party),), version=version)


@dataclass(frozen=True)
class Cast:
    """The platforms of other versions: `old` ones speak 2.1.1, `new` ones 2.3.0."""

    old_cpo: SandboxPlatform = field(
        default_factory=lambda: _platform("Beaver Plug", OLD, Role.CPO, "BE", "BVR")
    )
    old_msp: SandboxPlatform = field(
        default_factory=lambda: _platform("Badger Pass", OLD, Role.EMSP, "AT", "BDG")
    )
    new_cpo: SandboxPlatform = field(
        default_factory=lambda: _platform("Grebe Grid", NEW, Role.CPO, "NL", "GRG")
    )
    new_msp: SandboxPlatform = field(
        default_factory=lambda: _platform("Kite Key", NEW, Role.EMSP, "FR", "KTK")
    )
    ptp: SandboxPlatform = field(
        default_factory=lambda: _platform("Pike Pay", NEW, Role.PTP, "SE", "PIK")
    )
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def all(self) -> dict[str, SandboxPlatform]:
        """The platforms by what they are called in the steps."""
        return {
            "old_cpo": self.old_cpo,
            "old_msp": self.old_msp,
            "new_cpo": self.new_cpo,
            "new_msp": self.new_msp,
            "ptp": self.ptp,
        }

    async def __aenter__(self) -> "Cast":
        for platform in self.all.values():
            await self._open.enter_async_context(platform)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()
