"""Compression of pages. A page that shows a secret says `Cache-Control: no-store` and is sent as it is (BREACH)."""

from __future__ import annotations

from flask import Flask, Response
from flask_compress import Compress

from app.core.headers import ASK_AGAIN

compress = Compress()


def init_app(app: Flask) -> None:
    """Compress HTML, CSS, JSON and the like; Brotli first."""
    app.config.update(
        COMPRESS_REGISTER=False,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=4,
        COMPRESS_LEVEL=6,
        COMPRESS_MIN_SIZE=500,
        COMPRESS_MIMETYPES=[
            "text/html",
            "text/css",
            "text/plain",
            "application/json",
            "text/javascript",
            "image/svg+xml",
        ],
    )
    compress.init_app(app)

    @app.after_request
    def _compress(response: Response) -> Response:
        kept = response.headers.get("Cache-Control", "")
        if "no-store" in kept and kept != ASK_AGAIN:
            return response
        answer: Response = compress.after_request(response)
        return answer
