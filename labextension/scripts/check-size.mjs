// Reports the size of the JavaScript that a browser may load, and fails beyond the budget.
import { readdir, stat } from 'node:fs/promises';

const BUDGET = 200 * 1024;

const folder = new URL(
  '../../primehub_deploy_ext/labextension/static/',
  import.meta.url
);
let total = 0;
for (const name of (await readdir(folder)).sort()) {
  if (!name.endsWith('.js')) {
    continue;
  }
  const { size } = await stat(new URL(name, folder));
  total += size;
  console.log(`${(size / 1024).toFixed(1).padStart(8)} KB  ${name}`);
}
console.log(`${(total / 1024).toFixed(1).padStart(8)} KB  in all`);
if (total > BUDGET) {
  console.error(`over the budget of ${BUDGET / 1024} KB`);
  process.exit(1);
}
