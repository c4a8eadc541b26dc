"""Pages run without a browser."""

from streamlit.testing.v1 import AppTest

from tests.support.browser import ROOT


def opened(path: str, **query: str | list[str]) -> AppTest:
    """The page at ``path``, opened cold with a query."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
    for name, value in query.items():
        app.query_params[name] = value
    if path != "app.py":
        app.switch_page(path)
    return app.run()


def typed(app: AppTest, text: str) -> AppTest:
    """The page after a text was typed, and kept if it is a loss."""
    drafted(app, text)
    return (
        app.button(key="keep").click().run()
        if any(button.key == "keep" for button in app.button)
        else app
    )


def drafted(app: AppTest, text: str) -> AppTest:
    """The page after a text was typed; AppTest reports it, as the component would in a browser."""
    app.session_state["own loss typed"] = text
    return app.text_input(key="own loss").set_value(text).run()
