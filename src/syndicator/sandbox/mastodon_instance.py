"""What a Mastodon server says of itself. Source: docs.joinmastodon.org/methods/instance, read 2026-11."""

from syndicator.sandbox.mastodon_text import LINK_COST

VERSION = "4.5.2"
TEXT_LIMIT = 500
MEDIA_LIMIT = 4
ALT_LIMIT = 1500
IMAGE_BYTES = 16_777_216
IMAGE_PIXELS = 33_177_600
IMAGE_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "image/avif")

CONFIGURATION = {
    "accounts": {"max_featured_tags": 10},
    "statuses": {
        "max_characters": TEXT_LIMIT,
        "max_media_attachments": MEDIA_LIMIT,
        "characters_reserved_per_url": LINK_COST,
    },
    "media_attachments": {
        "supported_mime_types": list(IMAGE_TYPES),
        "image_size_limit": IMAGE_BYTES,
        "image_matrix_limit": IMAGE_PIXELS,
        "description_limit": ALT_LIMIT,
    },
}
INSTANCE = {"title": "Sandbox", "version": VERSION, "configuration": CONFIGURATION}
