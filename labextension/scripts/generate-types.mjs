// Writes src/api/types.ts from the schemas of docs/openapi.json; with --check, fails when they differ.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import openapiTS, { astToString } from 'openapi-typescript';

const source = new URL('../../docs/openapi.json', import.meta.url);
const target = new URL('../src/api/types.ts', import.meta.url);

const document = JSON.parse(await readFile(source, 'utf8'));
// Routes are spelt in api/client.ts: only the values need types.
const schemas = {
  openapi: document.openapi,
  info: document.info,
  paths: {},
  components: { schemas: document.components.schemas }
};
const text =
  '// Generated from docs/openapi.json by `jlpm types`; do not edit.\n' +
  astToString(await openapiTS(schemas, { alphabetize: true }));

if (process.argv.includes('--check')) {
  const committed = await readFile(target, 'utf8').catch(() => '');
  if (committed !== text) {
    console.error(
      `${fileURLToPath(target)} is out of date: run "jlpm types" and commit the result`
    );
    process.exit(1);
  }
} else {
  await writeFile(target, text);
}
