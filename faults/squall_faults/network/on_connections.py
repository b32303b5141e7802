"""What every fault made of a toxic may say: which proxy, which direction, which connections."""

from __future__ import annotations

from dataclasses import dataclass

from squall_faults import validate
from squall_faults.ports import Direction, Scope, Target

DIRECTIONS = ("upstream", "downstream")
SCOPES = ("all", "existing", "new")
MAX_CONNECTIONS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OnConnections:
    """The attributes that such faults share; each names what it adds."""

    direction: Direction = "downstream"
    """``downstream``: what the server sends; ``upstream``: what the client sends."""
    proxy: str = "postgres"
    """``postgres``: between app and database; ``app``: between callers and app."""
    scope: Scope = "all"
    """``existing``: connections open at injection; ``new``: those accepted later."""
    connections: int = 0
    """At most this number of connections; 0: no limit."""
    share: float = 1.0
    """Probability of each connection to be hit, drawn from the seed."""

    def check_target(self) -> None:
        """Refuse what no proxy of the lab can do; InvalidFault with the offending value."""
        validate.one_of("direction", self.direction, DIRECTIONS)
        validate.proxy(self.proxy)
        validate.one_of("scope", self.scope, SCOPES)
        validate.whole_number("connections", self.connections, least=0, most=MAX_CONNECTIONS)
        validate.share("share", self.share)

    @property
    def target(self) -> Target:
        """The connections that are hit."""
        return Target(scope=self.scope, connections=self.connections, share=float(self.share))
