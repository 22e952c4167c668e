"""Brand colours that stay readable: contrast after WCAG 2.2, 4.5:1 for text."""

import colorsys

MINIMUM_CONTRAST = 4.5
LIGHT_GROUND, DARK_GROUND = "#eef2f4", "#222c33"


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1, of a "#rrggbb" colour."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def text_on(ground: str) -> str:
    """Black or white, whichever reads better; one of them always reaches 4.5:1."""
    return max(("#ffffff", "#000000"), key=lambda text: contrast(text, ground))


def readable_on(colour: str, ground: str) -> str:
    """The colour, made darker (or lighter, on a dark ground) until text in it reads well on ``ground``."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(colour))
    step = -0.02 if luminance(ground) > 0.5 else 0.02
    while contrast(colour, ground) < MINIMUM_CONTRAST and 0 <= lightness <= 1:
        lightness += step
        rgb = colorsys.hls_to_rgb(hue, min(max(lightness, 0), 1), saturation)
        colour = "#" + "".join(f"{round(c * 255):02x}" for c in rgb)
    return colour


def readable_variants(brand: str) -> dict[str, str]:
    """CSS variables for a brand colour: as a ground with its text, and as link text in the light and the dark
    theme."""
    return {
        "--brand": brand,
        "--brand-text": text_on(brand),
        "--brand-link-light": readable_on(brand, LIGHT_GROUND),
        "--brand-link-dark": readable_on(brand, DARK_GROUND),
    }
