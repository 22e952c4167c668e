"""The files that the demo's people attach: a certificate, a photograph, a log."""

from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import typst
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFilter, ImageFont

CERTIFICATE = Path(__file__).parent / "certificate.typ"


def make_upload(name: str, at: datetime) -> SimpleUploadedFile:
    contents = {
        "calibration-report.pdf": _certificate,
        "beacon-display.jpg": _photograph,
        "tidegate.log": _log,
    }
    return SimpleUploadedFile(name, contents[name](at))


def _certificate(at: datetime) -> bytes:
    return typst.compile(
        CERTIFICATE, sys_inputs={"date": at.strftime("%d %B %Y"), "number": at.strftime("HL-%y%m%d-07")}
    )


def _photograph(at: datetime) -> bytes:
    """A logger's display on a steel wall, slightly out of focus."""
    image = Image.new("RGB", (1200, 900), "#8d979c")
    draw = ImageDraw.Draw(image)
    for y in range(0, 900, 3):
        draw.line((0, y, 1200, y), fill=(135 + y // 30, 145 + y // 30, 150 + y // 30))
    draw.rounded_rectangle((300, 140, 900, 780), 60, fill="#f4f4f0", outline="#c9cbc6", width=6)
    draw.rounded_rectangle((370, 230, 830, 520), 18, fill="#c5d0b4", outline="#5c6650", width=5)
    draw.text((420, 255), "-18.4 °C", fill="#23281c", font=ImageFont.load_default(96))
    draw.text((420, 385), at.strftime("%H:%M   61 %"), fill="#23281c", font=ImageFont.load_default(64))
    draw.ellipse((570, 600, 630, 660), fill="#f0a020", outline="#b06f10", width=4)
    draw.text((500, 695), "BEACON TH", fill="#666666", font=ImageFont.load_default(40))
    kept = BytesIO()
    image.filter(ImageFilter.GaussianBlur(1.2)).save(kept, "JPEG", quality=82)
    return kept.getvalue()


LOG_LINES = (
    "INFO  radio    scan complete, 14 beacons in range",
    "INFO  uplink   42 readings sent, queue 0",
    "WARN  uplink   TLS handshake timed out after 10 s",
    "INFO  dhcp     lease renewed 10.20.4.77, 3600 s",
    "WARN  uplink   no route to lantern, storing readings (queue 118)",
    "INFO  power    12.1 V, 38 °C",
)


def _log(at: datetime) -> bytes:
    start = at - timedelta(hours=3)
    lines = (
        f"{start + timedelta(seconds=45 * n):%Y-%m-%dT%H:%M:%SZ} {LOG_LINES[n * 7 % len(LOG_LINES)]}"
        for n in range(240)
    )
    return ("\n".join(lines) + "\n").encode()
