"""The web application, assembled."""

from __future__ import annotations

from fastapi import FastAPI

from service.web.wiring import Services


def create_app(services: Services) -> FastAPI:
    """Build the application around what the composition root made."""
    app = FastAPI(title="Tallyman")
    app.state.services = services
    return app
