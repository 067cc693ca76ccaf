import type { NewDeployment } from '../api/contract';

/** What a form is written as. */
export type Language = 'python' | 'curl';

/** Where the server is, for those who call it by themselves. */
export interface IServerAddress {
  /** Ends with a slash. */
  readonly baseUrl: string;
}

type Written = Omit<NewDeployment, 'model'> & {
  model: NewDeployment['model'] | null;
};

/**
 * The form as a call of our client. The model is a variable of the notebook: an artifact has no name there; an image
 * has one, be it what serves or what the model runs in.
 */
export function pythonOf(body: Written): string {
  const stored = body.model?.artifact ? body.model.image : '';
  const image = body.model?.artifact ? '' : (body.model?.image ?? '');
  const options: [string, unknown][] = [
    ['image', stored || undefined],
    [
      'pull_secret',
      (image || stored) && body.pull_secret ? body.pull_secret : undefined
    ],
    ['id', body.id],
    ['group', body.group],
    ['instance_type', body.instance_type],
    ['replicas', body.replicas === 1 ? undefined : body.replicas],
    ['access', body.access === 'public' ? undefined : body.access],
    ['metadata', filled(body.metadata)],
    ['description', body.description || undefined],
    ['update_message', body.update_message || undefined]
  ];
  const lines = options
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `    ${name}=${literal(value)},`);
  const names = Object.keys(body.env ?? {});
  const env =
    names.length === 0
      ? []
      : [
          '    env={',
          ...names.map(
            name => `        ${literal(name)}: os.environ[${literal(name)}],`
          ),
          '    },'
        ];
  return [
    ...(names.length > 0 ? ['import os', ''] : []),
    `from primehub_deploy_ext import ${image ? 'deploy_image' : 'deploy'}`,
    '',
    `deployment = ${image ? 'deploy_image' : 'deploy'}(`,
    image
      ? `    ${literal(image)},`
      : '    model,  # the live object; example=X records what goes in',
    `    ${literal(body.name)},`,
    ...lines,
    ...env,
    ')'
  ].join('\n');
}

/** The form as the REST API takes it, sent by `curl`; values of the environment stay out of it. */
export function curlOf(body: Written, { baseUrl }: IServerAddress): string {
  const env = Object.fromEntries(
    Object.keys(body.env ?? {}).map(name => [name, '<value>'])
  );
  const json = JSON.stringify({ ...body, env }, null, 2);
  return [
    `curl -X POST ${quoted(`${baseUrl}primehub-deploy/v1/deployments`)} \\`,
    "  -H 'Content-Type: application/json' \\",
    '  -H "Authorization: token $JUPYTER_TOKEN" \\',
    `  -d ${quoted(json)}`
  ].join('\n');
}

function filled(values: object | undefined): object | undefined {
  return values && Object.keys(values).length > 0 ? values : undefined;
}

/** A word of a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** A value as Python writes it. */
export function literal(value: unknown): string {
  if (typeof value === 'string') {
    // JSON’s escapes are Python’s too.
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) {
    return `[${value.map(literal).join(', ')}]`;
  }
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).map(
      ([name, inner]) => `${literal(name)}: ${literal(inner)}`
    );
    return `{${entries.join(', ')}}`;
  }
  return value === true
    ? 'True'
    : value === false
      ? 'False'
      : value === null || value === undefined
        ? 'None'
        : JSON.stringify(value);
}
