"""A SAML 2.0 server, as far as signing somebody in takes one. Its key lives as long as the tests."""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4
from xml.etree import ElementTree
from xml.sax.saxutils import escape
from zlib import decompress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Constants
from onelogin.saml2.utils import OneLogin_Saml2_Utils

ANSWER = """
<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"
    ID="_{response_id}" Version="2.0" IssueInstant="{now}" Destination="{destination}" {in_response_to}>
  <saml:Issuer>{issuer}</saml:Issuer>
  <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:{status}"/></samlp:Status>
  {assertion}
</samlp:Response>
"""
ASSERTION = """<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_{assertion_id}" Version="2.0" IssueInstant="{now}">
  <saml:Issuer>{issuer}</saml:Issuer>
  <saml:Subject>
    <saml:NameID Format="{name_format}">{name}</saml:NameID>
    <saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
      <saml:SubjectConfirmationData NotOnOrAfter="{until}" Recipient="{destination}" {in_response_to}/>
    </saml:SubjectConfirmation>
  </saml:Subject>
  <saml:Conditions NotBefore="{since}" NotOnOrAfter="{until}">
    <saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction>
  </saml:Conditions>
  <saml:AuthnStatement AuthnInstant="{now}" SessionIndex="_{assertion_id}">
    <saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext>
  </saml:AuthnStatement>
  {attributes}
</saml:Assertion>"""
ATTRIBUTE = (
    '<saml:Attribute Name="{name}"><saml:AttributeValue>{value}</saml:AttributeValue></saml:Attribute>'
)
METADATA = """
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="{entity_id}">
  <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:KeyDescriptor use="signing">
      <ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>
    </md:KeyDescriptor>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{sso_url}"/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>
"""
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"


@dataclass(frozen=True)
class Asked:
    """What a request for signing in, as the browser brings it, wants."""

    url: str

    @cached_property
    def request(self) -> ElementTree.Element:
        deflated = b64decode(parse_qs(urlsplit(self.url).query)["SAMLRequest"][0])
        return ElementTree.fromstring(decompress(deflated, -15))  # noqa: S314 -- the portal's own

    @property
    def id(self) -> str:
        return self.request.attrib["ID"]

    @property
    def destination(self) -> str:
        return self.request.attrib["AssertionConsumerServiceURL"]

    @property
    def audience(self) -> str:
        return str(next(self.request.iter("{urn:oasis:names:tc:SAML:2.0:assertion}Issuer")).text)


@dataclass(frozen=True)
class Person:
    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    name_format: str = PERSISTENT


@dataclass(frozen=True)
class SamlServer:
    entity_id: str = "https://saml.works.example/metadata"
    sso_url: str = "https://saml.works.example/sso"

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @cached_property
    def certificate(self) -> str:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "saml.works.example")])
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder(
            name, name, self._key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1)
        )
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()

    @cached_property
    def _key_as_text(self) -> str:
        kind, private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        return self._key.private_bytes(serialization.Encoding.PEM, kind, private).decode()

    @property
    def metadata(self) -> str:
        return METADATA.format(
            entity_id=self.entity_id,
            sso_url=self.sso_url,
            certificate="".join(self.certificate.split("\n")[1:-2]),
        )

    def environment(self, key: str = "works") -> dict[str, str]:
        values = {
            "NAME": "Works SAML",
            "ENTITY_ID": self.entity_id,
            "SSO_URL": self.sso_url,
            "CERTIFICATE": self.certificate,
        }
        return {"SAML_PROVIDERS": key} | {
            f"SAML_{key.upper()}_{name}": value for name, value in values.items()
        }

    def answer(self, asked: Asked, person: Person, *, is_signed: bool = True, **changes: Any) -> str:
        """As the browser posts it. ``changes`` are what is wrong with it: audience, age, in_response_to,
        around, issuer, status."""
        values = self._values(asked, **changes)
        assertion = ASSERTION.format(
            **values,
            name=escape(person.name),
            name_format=person.name_format,
            attributes=_statement(person.attributes),
            assertion_id=uuid4().hex,
        )
        signed = self.signed(assertion) if is_signed else assertion
        around = values | (
            {"in_response_to": f'InResponseTo="{changes["around"]}"'} if "around" in changes else {}
        )
        response = ANSWER.format(
            **around, assertion=signed if values["status"] == "Success" else "", response_id=uuid4().hex
        )
        return b64encode(
            (response if values["status"] == "Success" else self.signed(response)).strip().encode()
        ).decode()

    def _values(self, asked: Asked, **changes: Any) -> dict[str, str]:
        now = datetime.now(UTC) - changes.get("age", timedelta())
        in_response_to = changes.get("in_response_to", asked.id)
        return {
            "now": _time(now),
            "since": _time(now - timedelta(minutes=1)),
            "until": _time(now + timedelta(minutes=5)),
            "audience": changes.get("audience", asked.audience),
            "destination": changes.get("destination", asked.destination),
            "issuer": changes.get("issuer", self.entity_id),
            "status": changes.get("status", "Success"),
            "in_response_to": f'InResponseTo="{in_response_to}"' if in_response_to else "",
        }

    def signed(self, xml: str) -> str:
        signed: bytes = OneLogin_Saml2_Utils.add_sign(
            xml.strip(),
            self._key_as_text,
            self.certificate,
            sign_algorithm=Constants.RSA_SHA256,
            digest_algorithm=Constants.SHA256,
        )
        return signed.decode().partition("?>")[2] if signed.startswith(b"<?xml") else signed.decode()

    def impostor(self) -> "SamlServer":
        """Who says to be this server, and has another key."""
        return replace(self)


def _statement(attributes: dict[str, str]) -> str:
    if not attributes:
        return ""
    inner = "".join(ATTRIBUTE.format(name=name, value=escape(value)) for name, value in attributes.items())
    return f"<saml:AttributeStatement>{inner}</saml:AttributeStatement>"


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def running(person: Person) -> Iterator[SamlServer]:
    """A server that everybody is this person at: it sends its answer as soon as it is asked, by a form that
    sends itself. For a portal on "localhost" it is another site."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = Asked(self.path)
            answer = saml.answer(asked, person)
            form = f'<form method="post" action="{asked.destination}"><input name="SAMLResponse" value="{answer}"></form>'
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f"{form}<script>document.forms[0].submit()</script>".encode())

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        saml = SamlServer(sso_url=f"http://127.0.0.1:{server.server_port}/sso")
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield saml
        server.shutdown()
