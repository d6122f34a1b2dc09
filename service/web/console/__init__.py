"""The operator's console: sign-in, queue, inspection page, upload; rendered on the server."""

from __future__ import annotations

from fastapi import APIRouter

from service.web.console import budgets, case, papers, queue, registers, sign_in, upload
from service.web.console.pages import page_for_problem

__all__ = ["page_for_problem", "router"]

router = APIRouter(include_in_schema=False)
for part in (sign_in, queue, case, registers, upload, papers, budgets):
    router.include_router(part.router)
