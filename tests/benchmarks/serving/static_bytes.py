"""The limit: a server that answers every request with the bytes from its standard input."""

import asyncio
import sys

import uvicorn
from starlette.types import Receive, Scope, Send

CONTENT = sys.stdin.buffer.read() if __name__ == "__main__" else b""
HEADERS = [
    (b"content-type", b"application/geo+json"),
    (b"content-length", str(len(CONTENT)).encode()),
]


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """`CONTENT`, whatever is asked."""
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": CONTENT})


if __name__ == "__main__":
    config = uvicorn.Config(app, port=int(sys.argv[1]), log_level="error", lifespan="off")
    asyncio.run(uvicorn.Server(config).serve())
