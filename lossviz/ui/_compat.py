"""What leans on Streamlit's private parts, which it may change in any release.

Seen on Streamlit 1.67; ``tests/security/test_raw_messages.py`` says when it does nothing any more.
"""

from streamlit.runtime.app_session import AppSession


def keep_shared_caches() -> None:
    """Let no visitor clear what all share.

    Streamlit clears every cache at a ``clear_cache`` message, which any client can send; with the
    caches go the app's engine and all that it trains.

    Side effects: changes Streamlit for this process.
    """
    AppSession._handle_clear_cache_request = lambda self: None  # type: ignore[method-assign]
