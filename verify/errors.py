"""What stops a verification before its first check: printed without a traceback, with what to do."""


class UsageError(Exception):
    """Something that the user can mend before anything can be verified.

    Arguments:
        message: what is wrong: what was given, what is needed.
        mend: the command that mends it; empty (default) where there is none.
    """

    def __init__(self, message: str, mend: str = "") -> None:
        super().__init__(f"{message}\nMend it: {mend}" if mend else message)
