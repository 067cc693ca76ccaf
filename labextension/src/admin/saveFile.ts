/** Hand a file over to the browser's downloads. */
export function saveFile(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  // Firefox only follows links that are in the page.
  document.body.append(link);
  link.click();
  link.remove();
  // The browser has it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
