"""Why a notice was not taken."""


class NotTaken(Exception):
    """It is to be sent again. The text says what came instead of a yes, and holds no secret."""
