"""Everything that `service` raises on purpose. HTTP mapping lives in `service.web.problems`.

ServiceError
├── NotFound                 no such thing, or not at a site that the caller may see
├── Forbidden                known caller, role or site does not allow it
├── NotAuthenticated         no or unknown credentials
├── Conflict                 the state does not allow it
│   └── IdempotencyMismatch  the same key came with another request
├── InvalidInput             a field is wrong; `field` says which
│   ├── UnreadableUpload     a file of the upload is not a scan; `file` says which
│   └── UnreadablePapers     a file of papers cannot be read as a whole; `where` says how far
├── StorageUnavailable       the disk is full, or the database does not answer; nothing was stored
├── LeaseLost                a late worker whose job was reclaimed
└── NotConfigured            start-up cannot go on; the message says what to install or set
"""

from __future__ import annotations


class ServiceError(Exception):
    """Root of the tree above."""


class NotFound(ServiceError):
    pass


class Forbidden(ServiceError):
    pass


class NotAuthenticated(ServiceError):
    pass


class Conflict(ServiceError):
    pass


class IdempotencyMismatch(Conflict):
    pass


class InvalidInput(ServiceError):
    """A value is not acceptable.

    Args:
        reason: what was expected and what came.
        field: dotted path of the field, for example "containers.0.code".
    """

    def __init__(self, reason: str, *, field: str = "") -> None:
        super().__init__(f"{field}: {reason}" if field else reason)
        self.reason = reason
        self.field = field


class UnreadableUpload(InvalidInput):
    """A file of an upload is not a scan; nothing of the upload was stored."""

    def __init__(self, reason: str, *, file: str) -> None:
        super().__init__(reason, field=file)
        self.file = file


class StorageUnavailable(ServiceError):
    pass


class UnreadablePapers(InvalidInput):
    """A file of papers cannot be read as a whole; nothing of it was stored.

    Args:
        source: the format that it looked like.
        reason: what was expected and what came.
        file: its name.
        where: line, segment or path where reading stopped, if known.
    """

    def __init__(self, source: str, reason: str, *, file: str, where: str = "") -> None:
        super().__init__(f"{source}: {reason}" + (f" ({where})" if where else ""), field=file)
        self.source = source
        self.file = file
        self.where = where


class LeaseLost(ServiceError):
    pass


class NotConfigured(ServiceError):
    pass
