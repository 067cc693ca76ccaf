// Reports the size of the JavaScript that a browser may load, and fails beyond the budgets (KB).
import { readFile, readdir } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

// `start`: what every JupyterLab loads, whether anybody looks at deployments or not. `zipped`: every view there is,
// as a proxy that compresses sends it.
const BUDGETS = { start: 90, zipped: 200 };

const folder = new URL(
  '../../primehub_deploy_ext/labextension/static/',
  import.meta.url
);
const kilobytes = bytes => bytes / 1024;
const names = (await readdir(folder)).filter(name => name.endsWith('.js'));
const files = await Promise.all(
  names.map(async name => {
    const text = await readFile(new URL(name, folder));
    return {
      name,
      text: text.toString(),
      size: kilobytes(text.length),
      zipped: kilobytes(gzipSync(text).length)
    };
  })
);
const sum = (which, what) =>
  which.reduce((total, file) => total + file[what], 0);

const entry = files.find(({ name }) => name.startsWith('remoteEntry.'));
const index = /"\.\/index":\(\)=>(.*?)\.then/.exec(entry.text)?.[1] ?? '';
const first = [...index.matchAll(/\.e\("?(\d+)"?\)/g)].map(([, id]) => id);
const start = files.filter(
  file => file === entry || first.includes(file.name.split('.')[0])
);

const tell = (size, zipped, what) =>
  console.log(
    `${size.toFixed(1).padStart(8)} KB ${zipped.toFixed(1).padStart(8)} KB zipped  ${what}`
  );
for (const { name, size, zipped } of files.sort((a, b) => b.size - a.size)) {
  tell(size, zipped, name);
}
tell(sum(start, 'size'), sum(start, 'zipped'), 'at the start of JupyterLab');
const others = files.filter(({ name }) => name.startsWith('third-party-'));
tell(sum(others, 'size'), sum(others, 'zipped'), 'packages of others');
tell(sum(files, 'size'), sum(files, 'zipped'), 'in all');

const found = { start: sum(start, 'size'), zipped: sum(files, 'zipped') };
for (const [what, budget] of Object.entries(BUDGETS)) {
  if (found[what] > budget) {
    console.error(`${what}: over the budget of ${budget} KB`);
    process.exitCode = 1;
  }
}
