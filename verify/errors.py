"""What stops a verification before its first check: printed without a traceback, with what to do."""


class UsageError(Exception):
    """Something that the user can fix before anything can be verified.

    Arguments:
        message: what is wrong: what was given, what is needed.
        fix: the command that fixes it; empty (default) where there is none.
    """

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(f"{message}\nFix: {fix}" if fix else message)
