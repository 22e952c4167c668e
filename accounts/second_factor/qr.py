from base64 import b32encode
from urllib.parse import quote, urlencode

from django_otp.plugins.otp_totp.models import TOTPDevice
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M


def setup_url(device: TOTPDevice, issuer: str) -> str:
    """What an authenticator app reads, in Google's key URI format; the issuer is the heading it shows."""
    issuer = issuer.replace(":", "")
    parameters = {
        "secret": secret_of(device),
        "issuer": issuer,
        "algorithm": "SHA1",
        "digits": device.digits,
        "period": device.step,
    }
    return (
        f"otpauth://totp/{quote(issuer)}:{quote(device.user.email)}?{urlencode(parameters, quote_via=quote)}"
    )


def secret_of(device: TOTPDevice) -> str:
    return b32encode(device.bin_key).decode()


def qr_code(text: str) -> tuple[int, str]:
    """The QR code as an SVG path on a square of so many units, quiet zone included."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(text)
    rows = code.get_matrix()
    path = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark
    )
    return len(rows), path
