// Writes src/api/types.ts and src/api/rules.ts from the schemas of docs/openapi.json; with --check, fails when they
// differ.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import openapiTS, { astToString } from 'openapi-typescript';
import { format } from 'prettier';

const source = new URL('../../docs/openapi.json', import.meta.url);

const document = JSON.parse(await readFile(source, 'utf8'));
// Routes are spelt in api/client.ts: only the values need types.
const schemas = {
  openapi: document.openapi,
  info: document.info,
  paths: {},
  components: { schemas: document.components.schemas }
};
const head =
  '// Generated from docs/openapi.json by `jlpm types`; do not edit.\n';
// Names of the generator's own are no business of the linter's.
const types =
  `${head}/* eslint-disable */
` + astToString(await openapiTS(schemas, { alphabetize: true }));

/** What a form can check before it asks the server: patterns with the rule in words, and limits. */
function rulesOf({ properties }) {
  const plain = schema =>
    schema.anyOf?.find(one => one.type !== 'null') ?? schema;
  const rule = schema => {
    const { pattern, maxLength, minimum, maximum, maxProperties } = schema;
    return {
      pattern,
      maxLength,
      minimum,
      maximum,
      most: maxProperties,
      words: schema['x-rule'],
      ...(schema.propertyNames && {
        key: rule(schema.propertyNames),
        value: rule(schema.additionalProperties)
      })
    };
  };
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [
      name,
      rule(plain(schema))
    ])
  );
}
const { CreateDeployment, CreateClient } = document.components.schemas;
const rulesText = (name, schema) =>
  `export const ${name} = ${JSON.stringify(rulesOf(schema))} as const;\n`;
const rules = await format(
  `${head}${rulesText('RULES', CreateDeployment)}${rulesText('CLIENT_RULES', CreateClient)}`,
  { parser: 'typescript', singleQuote: true, trailingComma: 'none' }
);

for (const [name, text] of [
  ['types.ts', types],
  ['rules.ts', rules]
]) {
  const target = new URL(`../src/api/${name}`, import.meta.url);
  if (!process.argv.includes('--check')) {
    await writeFile(target, text);
  } else if ((await readFile(target, 'utf8').catch(() => '')) !== text) {
    console.error(
      `${fileURLToPath(target)} is out of date: run "jlpm types" and commit the result`
    );
    process.exitCode = 1;
  }
}
