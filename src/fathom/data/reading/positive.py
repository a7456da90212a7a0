"""Which of two classes is the positive one."""

from __future__ import annotations

from collections.abc import Mapping

_YES_WORDS = """
yes y true t on 1 + pos positive present abnormal sick ill disease diseased malignant cancer spam fraud fraudulent default churn
churned attack anomaly defect defective failed failure died dead survived success won win bad
"""
_NO_WORDS = """
no n false f off 0 - neg negative absent normal healthy well benign ham legitimate legit genuine none control ok pass passed
stayed alive lost good
"""
_YES, _NO = frozenset(_YES_WORDS.split()), frozenset(_NO_WORDS.split())
_NEGATIONS = ("not ", "not_", "not-", "no ", "no_", "no-", "non ", "non_", "non-", "un", "in")


def order_of_two(labels: list[str], counts: Mapping[str, int]) -> tuple[list[str], str]:
    """The two labels with the positive one last, and why it is.

    Args:
        labels: the two labels.
        counts: examples by label.

    Example:
        >>> order_of_two(["benign", "malignant"], {"benign": 357, "malignant": 212})
        (['benign', 'malignant'], 'by its word')
        >>> order_of_two(["red", "blue"], {"red": 3, "blue": 9})
        (['blue', 'red'], 'the rarer')
    """
    a, b = sorted(labels)
    for negative, positive in ((a, b), (b, a)):
        if _by_word(negative.lower(), positive.lower()):
            return [negative, positive], "by its word"
    if counts[a] == counts[b]:
        return [a, b], "the last by name; both are equally frequent"
    return ([b, a] if counts[a] < counts[b] else [a, b]), "the rarer"


def _by_word(negative: str, positive: str) -> bool:
    if any(negative == prefix + positive for prefix in _NEGATIONS):
        return True
    if positive in _YES and positive not in _NO:
        return negative in _NO or negative not in _YES
    return negative in _NO and positive not in _NO
