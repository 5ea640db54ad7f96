"""Errors for people: printed without a traceback, with what to do about them."""


class SandboxError(Exception):
    """Something the user can fix; the message says how.

    Arguments:
        message: what is wrong, and in a following line what to do.
    """


class Interrupted(BaseException):
    """The run was asked to end by a signal; like KeyboardInterrupt no error, so that nothing catches it as one.

    Arguments:
        signal_number: the signal, from which the exit code follows (128 plus its number, as shells have it).
    """

    def __init__(self, signal_number: int) -> None:
        super().__init__(signal_number)
        self.exit_code = 128 + signal_number
