"""How the app is doing, for whoever deploys it."""

import streamlit as st

from lossviz.errors import LossvizError
from lossviz.ui.deployer.door import ask_for_token
from lossviz.ui.deployer.state_of_app import show_state
from lossviz.ui.frame import DEPLOYER_PATH, begin_page
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.train.backend import open_backend
from lossviz.ui.visitor import current_visitor

begin_page(DEPLOYER_PATH)

if current_visitor().is_deployer:
    try:
        show_state(open_backend().for_deployer())
    except LossvizError as error:
        st.error(escape_markdown(error), icon=":material/error:")
else:
    ask_for_token()
