"""A small OpenID provider on loopback that signs whom it is told to, and can do wrong where a real one would not."""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "tangga-portal", "a-secret-of-the-test"
KEYS = [RSAKey.generate_key(2048, {"kid": f"key-{number}"}) for number in range(2)]


class Provider:
    """Consents at once, for `person`. `wrong` overrides claims of the id_token (None leaves one out)."""

    def __init__(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        self.reset()
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def reset(self):
        self.person = {"sub": "subject-1", "email": "aisyah@kinabalu.example.com", "email_verified": True}
        self.wrong, self.codes, self.asked = {}, {}, []
        self.key, self.signing_key, self.other_keys = KEYS[0], None, []
        self.email_in_token, self.is_broken, self.refuses, self.document = True, False, "", {}
        self.breaks_off = ""  # "gzip": packed wrongly, "short": cut, "stalled": cut and silent
        self.drips: dict[str, bytes] = {}  # what a path begins with before it sends a byte now and then
        self.hung_up = threading.Event()  # whoever was dripped upon went away

    def stop(self):
        self.server.shutdown()
        self.thread.join(timeout=5)
        self.server.server_close()

    def discovery(self):
        return {
            "issuer": self.issuer, "authorization_endpoint": self.issuer + "/authorize",
            "token_endpoint": self.issuer + "/token", "jwks_uri": self.issuer + "/keys",
            "userinfo_endpoint": self.issuer + "/userinfo", "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256"], "code_challenge_methods_supported": ["S256"],
        } | self.document  # fmt: skip

    def authorize(self, query):
        """The address to send the browser back to."""
        back = {"state": query["state"], "iss": self.issuer}
        if self.refuses:
            return query["redirect_uri"] + "?" + urlencode(back | {"error": self.refuses})
        assert query["response_type"] == "code" and query["code_challenge_method"] == "S256"
        assert query["client_id"] == CLIENT_ID and "openid" in query["scope"].split()
        code = secrets.token_urlsafe(12)
        self.codes[code] = query
        return query["redirect_uri"] + "?" + urlencode(back | {"code": code})

    def token(self, form, authorization):
        """(status, answer) for a code: once, with its secret, its verifier and its address."""
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        query = self.codes.pop(form.get("code"), None)
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if authorization != "Basic " + basic:
            return 401, {"error": "invalid_client"}
        if query is None or query["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        if base64.urlsafe_b64encode(challenge).decode().rstrip("=") != query["code_challenge"]:
            return 400, {"error": "invalid_grant", "error_description": "verifier"}
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": query["nonce"],
            "sub": self.person["sub"], **(self.person if self.email_in_token else {}), **self.wrong,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "RS256", "kid": self.key.kid}
        signed = jwt.encode(header, claims, self.signing_key or self.key)
        return 200, {"access_token": "access", "token_type": "Bearer", "expires_in": 300, "id_token": signed}


def _handler(provider):
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args):
            return None

        def answer(self, status, body, location=None):
            data = json.dumps(body).encode()
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def break_off(self, how):
            self.send_response(200)
            self.send_header("Content-Length", "5" if how == "gzip" else "500")
            if how == "gzip":
                self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            self.wfile.write(b"hello")
            if how == "stalled":
                time.sleep(0.8)

        def drip(self, start):
            """A byte every 50 ms for ten seconds: each comes well before any timeout, the whole does not."""
            try:
                self.wfile.write(start)
                for _number in range(200):
                    time.sleep(0.05)
                    self.wfile.write(b" ")
            except OSError:
                provider.hung_up.set()

        def do_GET(self):
            parts = urlsplit(self.path)
            provider.asked.append(parts.path)
            if parts.path in provider.drips:
                return self.drip(provider.drips[parts.path])
            if provider.is_broken:
                return self.answer(500, {})
            if provider.breaks_off:
                return self.break_off(provider.breaks_off)
            if parts.path == "/.well-known/openid-configuration":
                return self.answer(200, provider.discovery())
            if parts.path == "/keys":
                return self.answer(200, {"keys": [*provider.other_keys, provider.key.as_dict(private=False)]})
            if parts.path == "/userinfo" and self.headers["Authorization"] == "Bearer access":
                return self.answer(200, provider.person)
            if parts.path == "/authorize":
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                return self.answer(302, {}, provider.authorize(query))
            return self.answer(404, {})

        def do_POST(self):
            provider.asked.append(self.path)
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(text).items()}
            if self.path in provider.drips:
                return self.drip(provider.drips[self.path])
            return self.answer(*provider.token(form, self.headers["Authorization"]))

    return Handler
