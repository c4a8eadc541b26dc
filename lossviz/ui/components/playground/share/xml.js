// Text of XML, escaped where it has to be.

/** @type {Record<string, string>} */
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** @type {(text: string) => string} */
export const escapeText = (text) => text.replace(/[&<>"]/g, (character) => ENTITIES[character]);

/**
 * An element; its content is XML already.
 * @type {(name: string, attributes: Record<string, string | number>, content?: string) => string}
 */
export const element = (name, attributes, content = "") => {
  const written = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escapeText(String(value))}"`)
    .join("");
  return content ? `<${name}${written}>${content}</${name}>` : `<${name}${written}/>`;
};
