"""How stages say that something is broken: one remedy to a cause, from one table."""

from verify.causes import Cause
from verify.outcomes import Finding, Verdict
from verify.remedies import REMEDIES


def failed(check: str, cause: Cause, *evidence: str, **words: str) -> Finding:
    """Return that a check does not hold.

    Arguments:
        check: the check's title.
        cause: what is broken.
        evidence: what was seen.
        words: what stands for `{word}` in the cause's remedy; `{stack}` is filled in by the run.
    """
    return Finding(check, Verdict.FAIL, evidence, _remedy(cause, words), cause)


def warned(check: str, cause: Cause, *evidence: str, **words: str) -> Finding:
    """Return that a check holds with a drawback; arguments as of `failed`."""
    return Finding(check, Verdict.WARN, evidence, _remedy(cause, words), cause)


def _remedy(cause: Cause, words: dict[str, str]) -> str:
    remedy = REMEDIES[cause].remedy
    for word, value in words.items():
        remedy = remedy.replace(f"{{{word}}}", value)
    return remedy
