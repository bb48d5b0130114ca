"""The one exception that a user sees: it names the value that is wrong and what to do instead."""


class CommuniqueError(Exception):
    """Something a user can mend: the message is one line, names the value and the remedy."""


class UsageError(CommuniqueError):
    """The command or call itself is wrong (exit code 2)."""
