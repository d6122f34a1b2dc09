"""Who may do what, where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """OPERATOR looks and decides, PORT sends and asks, ENGINEER sees models and analyses,
    AUDITOR reads everything, ADMIN manages keys and people.
    """

    OPERATOR = "operator"
    PORT = "port"
    ENGINEER = "engineer"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Permission(StrEnum):
    """What a route may ask for."""

    READ = "read"
    SUBMIT = "submit"
    FILE_PAPERS = "file_papers"
    ANALYSE = "analyse"
    DECIDE = "decide"
    MANAGE = "manage"


GRANTS: dict[Role, frozenset[Permission]] = {
    Role.OPERATOR: frozenset(
        {
            Permission.READ,
            Permission.SUBMIT,
            Permission.FILE_PAPERS,
            Permission.ANALYSE,
            Permission.DECIDE,
        }
    ),
    Role.PORT: frozenset(
        {Permission.READ, Permission.SUBMIT, Permission.FILE_PAPERS, Permission.ANALYSE}
    ),
    Role.ENGINEER: frozenset({Permission.READ, Permission.ANALYSE}),
    Role.AUDITOR: frozenset({Permission.READ}),
    Role.ADMIN: frozenset(Permission),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """An authenticated person or system. `sites` empty means every site."""

    name: str
    role: Role
    sites: frozenset[str] = frozenset()

    def may(self, permission: Permission) -> bool:
        return permission in GRANTS[self.role]

    def sees(self, site: str) -> bool:
        return not self.sites or site in self.sites
