// Reports what a browser loads and when, and fails beyond the budgets (KB).
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

/**
 * `start`: what every JupyterLab loads, whether anybody looks at deployments or not. `panel`: what the first look at
 * the list adds. `scripts`: the JavaScript of every view there is. `zipped`: that, as a proxy that compresses sends it;
 * `own`: without packages of others.
 */
const BUDGETS = { start: 75, panel: 65, scripts: 492, zipped: 186, own: 164 };

const START = ['start'];
const PANEL = [...START, '../ui/App'];
const DEPLOYMENT = [...PANEL, '../detail/Detail'];
const CELL = [...START, 'react-dom/client'];

/** Each view: the imports that bring it (keys of `lib/loads.json`), and those that are there before. */
const VIEWS = [
  ['JupyterLab starts', START, []],
  ['the list of deployments', ['../ui/App'], START],
  ['create', ['../form/CreateForm'], PANEL],
  ['a deployment', ['../detail/Detail'], PANEL],
  ['its run an example', ['../try/RunExample'], DEPLOYMENT],
  ['its try it', ['../try/TryIt'], DEPLOYMENT],
  ['its logs', ['../logs/Logs'], DEPLOYMENT],
  ['its history', ['../history/History'], DEPLOYMENT],
  ['its metrics', ['../metrics/Metrics', 'uplot'], DEPLOYMENT],
  ['its alert rules', ['./Alerts'], [...DEPLOYMENT, '../metrics/Metrics']],
  ['update', ['../form/UpdateForm'], DEPLOYMENT],
  ['administration', ['../admin/Administration'], PANEL],
  ['a cell: the card', ['../card/DeploymentCard'], CELL],
  ['a cell: the panel', ['../widget'], START],
  ['deploy from a notebook', ['./StageView', '../kernel/DeployDialog'], START],
  ['what was refused', ['../ui/Refusal'], START],
  ['news of a deployment', ['../form/following'], START]
];

const root = new URL('../', import.meta.url);
const folder = new URL('../primehub_deploy_ext/labextension/static/', root);
const loads = JSON.parse(await readFile(new URL('lib/loads.json', root)));

/** The files of some imports; a build marks them with a query. */
const filesOf = imports =>
  new Set(
    imports.flatMap(name => loads[name]).map(file => file.split('?', 1)[0])
  );
const sizes = new Map();
for (const name of filesOf(Object.keys(loads))) {
  const text = await readFile(new URL(name, folder));
  sizes.set(name, {
    [name.endsWith('.css') ? 'styles' : 'scripts']: text.length / 1024,
    zipped: gzipSync(text).length / 1024
  });
}
const sum = (names, what) =>
  [...names].reduce((total, name) => total + (sizes.get(name)[what] ?? 0), 0);
const scriptsOf = names => [...names].filter(name => name.endsWith('.js'));

const tell = (...cells) =>
  console.log(
    cells
      .map((cell, index) => (index ? `${cell}`.padStart(11) : cell.padEnd(24)))
      .join('')
  );
const tellFiles = (what, names) =>
  tell(
    what,
    names.length,
    ...['scripts', 'styles', 'zipped'].map(kind => sum(names, kind).toFixed(1))
  );
tell('KB', 'files', 'JavaScript', 'styles', 'zipped');
for (const [what, imports, before] of VIEWS) {
  const there = filesOf(before);
  tellFiles(
    what,
    [...filesOf(imports)].filter(name => !there.has(name))
  );
}
const all = [...sizes.keys()];
tellFiles('all of it', all);
const others = all.filter(name => name.startsWith('third-party-'));
tellFiles('of that, from others', others);

const panel = [...filesOf(PANEL)].filter(name => !filesOf(START).has(name));
const found = {
  start: sum(filesOf(START), 'scripts'),
  panel: sum(panel, 'scripts'),
  scripts: sum(all, 'scripts'),
  zipped: sum(scriptsOf(all), 'zipped'),
  own: sum(scriptsOf(all), 'zipped') - sum(others, 'zipped')
};
for (const [what, budget] of Object.entries(BUDGETS)) {
  console.log(`${what}: ${found[what].toFixed(1)} of ${budget} KB`);
  if (found[what] > budget) {
    console.error(`${what}: over the budget`);
    process.exitCode = 1;
  }
}
