"""How stages say that something is broken: one fix to a cause, from its table."""

from verify.causes import Cause
from verify.outcomes import Finding, Verdict


def failed(check: str, cause: Cause, *evidence: str, **words: str) -> Finding:
    """Return that a check does not hold.

    Arguments:
        check: the check's title.
        cause: what is broken.
        evidence: what was seen.
        words: what stands for `{word}` in the cause's fix; `{stack}` is filled in by the run.
    """
    return Finding(check, Verdict.FAIL, evidence, _fix(cause, words), cause)


def warned(check: str, cause: Cause, *evidence: str, **words: str) -> Finding:
    """Return that a check holds with a drawback; arguments as of `failed`."""
    return Finding(check, Verdict.WARN, evidence, _fix(cause, words), cause)


def _fix(cause: Cause, words: dict[str, str]) -> str:
    fix = cause.fix
    for word, value in words.items():
        fix = fix.replace(f"{{{word}}}", value)
    return fix
