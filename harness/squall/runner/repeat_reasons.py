"""Why a run is repeated, as reports tell it."""

BUSY = "the machine was too busy to say"
MISSED = "by chance the fault hit nothing that was used"
CLOSE = "a limit was missed by less than twice: once more, to be sure"
UNHEALTHY = "the app was not healthy after the outages before; in a new lab"
USED_UP = "the app refused what the outages before may have used up; in a new lab"
NOT_ENDED = "the app did not end, which the outages before may have caused; in a new lab"
