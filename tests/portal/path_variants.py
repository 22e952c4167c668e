"""What people, scanners and proxies make of an address. Each way takes a path of the portal and gives a
request target, as sent."""

from collections.abc import Callable
from urllib.parse import quote, unquote_to_bytes


def inner(path: str, separator: str) -> str:
    """The slashes within the path in another spelling; a request target begins with a slash anyway."""
    return "/" + path[1:].replace("/", separator)


def unslashed(path: str, ending: str) -> str:
    return path.rstrip("/") + ending


def encoded(path: str, percent: str = "%") -> str:
    """With the first letter percent-encoded, which every server decodes."""
    return f"/{percent}{ord(path[1]):x}{path[2:]}"


OUTSIDE = ("/accounts", "/admin", "/redeem", "/brand.css", "/static", "/files/case", "/profile")
"""Where a rule of the pages does not reach, or another one does."""

ABOVE = ("/accounts", "/redeem", "/files/case", "/en", "/de", "/index.php", "/cases")

SAME_ADDRESS: dict[str, Callable[[str], str]] = {
    "exact": str,
    "letter encoded": encoded,
    "query": lambda path: f"{path}?x",
    "query with an address": lambda path: f"{path}?next=/accounts/login/&path=/profile/",
    "fragment": lambda path: f"{path}#/accounts/login/",
    "last slash encoded": lambda path: unslashed(path, "%2f"),
}
"""Other ways to write one address: whoever may read the page reads it there."""

OTHER_ADDRESS: dict[str, Callable[[str], str]] = {
    "no last slash": lambda path: unslashed(path, ""),
    "two last slashes": lambda path: f"{path}/",
    "two slashes first": lambda path: f"/{path}",
    "three slashes first": lambda path: f"//{path}",
    "slashes doubled": lambda path: path.replace("/", "//"),
    "dot first": lambda path: f"/.{path}",
    "dot last": lambda path: f"{path}./",
    "dot encoded": lambda path: f"/%2e{path}",
    "up from nowhere": lambda path: f"/..{path}",
    "up and down again": lambda path: f"{path}..{path}",
    "up encoded": lambda path: f"/x/%2e%2e{path}",
    "up and slash encoded": lambda path: f"/x%2f%2e%2e{path}",
    "up double-encoded": lambda path: f"/x/%252e%252e{path}",
    "up overlong": lambda path: f"/x/%c0%ae%c0%ae{path}",
    **{f"up from {prefix}": lambda path, prefix=prefix: f"{prefix}/..{path}" for prefix in OUTSIDE},
    **{
        f"up encoded from {prefix}": lambda path, prefix=prefix: f"{prefix}/%2e%2e{path}"
        for prefix in ("/accounts", "/static")
    },
    **{f"below {prefix}": lambda path, prefix=prefix: f"{prefix}{path}" for prefix in ABOVE},
    "slashes encoded": lambda path: inner(path, "%2f"),
    "slash first encoded": lambda path: f"/%2f{path[1:]}",
    "slashes double-encoded": lambda path: inner(path, "%252f"),
    "slashes overlong": lambda path: inner(path, "%c0%af"),
    "backslashes": lambda path: inner(path, "%5c"),
    "backslash first": lambda path: f"/%5c{path[1:]}",
    "slashes full-width": lambda path: inner(path, quote("／")),
    "upper case": str.upper,
    "capital": lambda path: f"/{path[1:].capitalize()}",
    "letter double-encoded": lambda path: encoded(path, "%25"),
    "letter full-width": lambda path: f"/{quote(chr(ord(path[1]) + 0xFEE0))}{path[2:]}",
    "letter with an accent": lambda path: f"/{path[1]}%cc%81{path[2:]}",
    "Kelvin for k": lambda path: (
        path.replace("k", quote("\N{KELVIN SIGN}")) if "k" in path else f"{path}%e2%84%aa"
    ),
    "long s for s": lambda path: path.replace("s", quote("ſ")) if "s" in path else f"{path}%c5%bf",
    "zero-width": lambda path: f"/%e2%80%8b{path[1:]}",
    "parameter": lambda path: f"{path};x=1",
    "parameter in front of the slash": lambda path: unslashed(path, ";x=1/"),
    "parameter first": lambda path: f"/;x=1{path}",
    "space last": lambda path: f"{path}%20",
    "space in front of the slash": lambda path: unslashed(path, "%20/"),
    "plus last": lambda path: f"{path}+",
    "tab": lambda path: f"{path}%09",
    "line end": lambda path: f"{path}%0a",
    "line ends within": lambda path: unslashed(path, "%0d%0a/"),
    "dots": lambda path: unslashed(path, "../"),
    "dot for the slash": lambda path: unslashed(path, "."),
    "suffix": lambda path: unslashed(path, ".json"),
    "page of a folder": lambda path: f"{path}index.html",
    "NUL last": lambda path: f"{path}%00",
    "NUL first": lambda path: f"/%00{path[1:]}",
    "NUL in front of the slash": lambda path: unslashed(path, "%00/"),
    "no UTF-8": lambda path: f"{path}%ff",
    "no UTF-8 first": lambda path: f"/%ff{path}",
    "half a character": lambda path: f"{path}%ed%a0%80",
    "query encoded": lambda path: f"{path}%3fx",
    "fragment encoded": lambda path: f"{path}%23x",
    "percent alone": lambda path: f"{path}%",
    "very long": lambda path: f"{path}{'a/' * 900}",
}
VARIANTS = SAME_ADDRESS | OTHER_ADDRESS


def as_a_server_hands_it_over(target: str) -> dict[str, str]:
    """PATH_INFO and QUERY_STRING of a request target: percent-decoded bytes, each as one character."""
    path, _, query = target.partition("#")[0].partition("?")
    return {"PATH_INFO": unquote_to_bytes(path).decode("latin-1"), "QUERY_STRING": query}
