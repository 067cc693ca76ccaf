// Colours, cursor movements, titles and links of terminals (ECMA-48); a text has none of these.
const ESCAPES =
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

/** What a program printed, without what only a terminal understands. */
export const plainText = (text: string): string =>
  text
    .replace(ESCAPES, '')
    // A progress bar: what was overwritten was never meant to stay.
    .replace(/^.*\r(?!$)/gm, '');
