"""Facebook Pages keep the contract through facebook-sdk over a real socket, and their own rules."""

from .contract import NetworkContract


class TestFacebookPage(NetworkContract):
    """Facebook Pages."""

    platform = "facebook_page"
    uploads = False
