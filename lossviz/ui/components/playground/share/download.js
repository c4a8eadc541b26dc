// A file for the reader.

/** @type {(blob: Blob, name: string) => void} */
export const download = (blob, name) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // the browser reads the file after the click
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
};
