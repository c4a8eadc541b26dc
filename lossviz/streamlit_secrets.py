"""Streamlit's secrets, read alike by the app and by the command line."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lossviz.errors import InvalidInput


def read_secrets() -> Mapping[str, Any]:
    """All secrets; none where there is no file of them, or where Streamlit is not installed.

    Raises:
        InvalidInput: A file of secrets cannot be read.

    Side effects: reads files; as in an app, what stands outside of sections becomes environment
    variables.
    """
    if not find_spec("streamlit"):
        return {}
    import streamlit as st
    from streamlit.errors import StreamlitSecretNotFoundError

    if not any(Path(file).exists() for file in st.get_option("secrets.files")):
        return {}
    try:
        secrets: dict[str, Any] = st.secrets.to_dict()
    except (StreamlitSecretNotFoundError, OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"Streamlit's secrets cannot be read: {error}") from error
    return secrets
