// Streamlit lays a dialog over the page after some attempts to reach its server again. Where the page
// goes on without the server, the dialog is closed as a reader would close it; Streamlit then opens
// none before the connection was there again.
//
// What leans on Streamlit's own elements, which it may change in any release. Seen on Streamlit 1.67;
// tests/browser/test_playground_offline.py says when it does nothing any more.

const DIALOG = '[data-testid="stDialog"]';
const TITLE = "Connection error";

const closeDialog = () => {
  const dialog = document.querySelector(DIALOG);
  if (!dialog?.textContent?.startsWith(TITLE)) return;
  /** @type {HTMLElement | null} */ (dialog.querySelector('[aria-label="Close"]'))?.click();
};

/** @returns {() => void} Ends it. */
export const closeConnectionDialogs = () => {
  const observer = new MutationObserver(closeDialog);
  observer.observe(document.body, { childList: true });
  return () => observer.disconnect();
};
