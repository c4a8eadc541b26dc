// Keeps the token by which a visitor is known again, in a cookie of the app's own host.

/** @param {any} component As Streamlit calls it. */
export default function ({ data, setTriggerValue }) {
  const kept = keepToken(data);
  if (kept !== data.token) setTriggerValue("kept", kept);
}

/**
 * Sets the cookie, unless there is one.
 * @param {{ name: string, token: string, seconds: number }} cookie
 * @returns {string} What the browser keeps; empty where it keeps nothing.
 */
export function keepToken({ name, token, seconds }) {
  for (const attributes of ["", ...attributesFor(location.protocol)]) {
    if (attributes) write(`${name}=${token}; Path=/; Max-Age=${seconds}; ${attributes}`);
    const kept = read(name);
    if (kept) return kept;
  }
  return "";
}

/**
 * The strictest first; where the app is shown in another site's frame, browsers keep only a cookie
 * of that frame.
 * @param {string} protocol
 */
function attributesFor(protocol) {
  if (protocol !== "https:") return ["SameSite=Strict"];
  return ["Secure; SameSite=Strict", "Secure; SameSite=None; Partitioned"];
}

/** @param {string} cookie */
function write(cookie) {
  try {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is asynchronous, and not there over plain HTTP
    document.cookie = cookie;
  } catch {} // a frame without an origin of its own may not
}

/** @param {string} name */
function read(name) {
  try {
    const found = document.cookie.split("; ").find((each) => each.startsWith(`${name}=`));
    return found ? found.slice(name.length + 1) : "";
  } catch {
    return "";
  }
}
