"""Sets of words, written as running text."""


def word_set(text: str) -> frozenset[str]:
    """
    >>> sorted(word_set("last past  previous"))
    ['last', 'past', 'previous']
    """
    return frozenset(text.split())
