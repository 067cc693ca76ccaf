"""The part of S3's REST API that the store of models uses, in memory; for what leaves this process use a real one.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""

from __future__ import annotations

import hashlib
import re
import threading
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape, unescape

import pytest

BUCKET = "models"


class FakeS3:
    """A bucket; clients are pointed to it by the environment.

    Parameters
    ----------
    environment
        Of this process, where it is to point to the bucket.
    address
        Where it listens.
    """

    def __init__(self, environment: pytest.MonkeyPatch | None = None, address: str = "127.0.0.1") -> None:
        self.objects: dict[str, tuple[bytes, datetime]] = {}
        self.lock = threading.Lock()
        self.refuse = False
        self.url = f"s3://{BUCKET}"
        fake = self

        class Handler(_Handler):
            s3 = fake

        self._server = ThreadingHTTPServer((address, 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self.environment = {
            "AWS_ENDPOINT_URL": f"http://{address}:{self._server.server_address[1]}",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "eu-central-1",
        }
        for name, value in self.environment.items() if environment else ():
            environment.setenv(name, value)

    def __enter__(self) -> FakeS3:  # noqa: PYI034 (Self is newer than the oldest Python)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    s3: FakeS3

    def setup(self) -> None:
        super().setup()
        self.connection.settimeout(10)

    def log_message(self, *_: Any) -> None:
        pass

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _error(self, status: int, code: str) -> None:
        self._answer(status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode())

    def _key(self) -> str | None:
        if self.s3.refuse or "Credential=key/" not in self.headers.get("Authorization", ""):
            self._error(403, "AccessDenied")
            return None
        _, bucket, *rest = unquote(urlsplit(self.path).path).split("/", 2)
        assert bucket == BUCKET
        return rest[0] if rest else ""

    def do_GET(self) -> None:
        key = self._key()
        if key is None:
            return
        if not key:
            self._list()
            return
        found = self.s3.objects.get(key)
        if found is None:
            self._error(404, "NoSuchKey")
            return
        data, changed = found
        when = changed.strftime("%a, %d %b %Y %H:%M:%S GMT")
        self._answer(200, data, ETag=_tag(data), Last_Modified=when)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        key = self._key()
        if key is None:
            return
        with self.s3.lock:
            if self.headers.get("If-None-Match") == "*" and key in self.s3.objects:
                self._error(412, "PreconditionFailed")
                return
            self.s3.objects[key] = (body, datetime.now(timezone.utc))
        self._answer(200, ETag=_tag(body))

    def do_POST(self) -> None:
        """Delete several objects, which is all that is posted."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if self._key() is None:
            return
        keys = re.findall(r"<Key>(.*?)</Key>", body)
        for key in keys:
            self.s3.objects.pop(unescape(key), None)
        told = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
        self._answer(200, f"<DeleteResult>{told}</DeleteResult>".encode())

    def _list(self) -> None:
        prefix = parse_qs(urlsplit(self.path).query).get("prefix", [""])[0]
        contents = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>{changed:%Y-%m-%dT%H:%M:%S.%f}Z</LastModified>"
            f"<ETag>{_tag(data)}</ETag><Size>{len(data)}</Size><StorageClass>STANDARD</StorageClass></Contents>"
            for key, (data, changed) in sorted(self.s3.objects.items())
            if key.startswith(prefix) and "/" not in key[len(prefix) :]
        )
        self._answer(200, f"<ListBucketResult><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>".encode())


def _tag(data: bytes) -> str:
    return f'"{hashlib.md5(data).hexdigest()}"'
