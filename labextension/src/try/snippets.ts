import type { Deployment, Model, Signature } from '../api/contract';
import { LOGIN, inferUrl, shellQuote } from '../model/curl';
import { Code, Literal, javascriptLiteral, pythonLiteral } from './literals';
import {
  IInferRequest,
  ITensor,
  Json,
  contentType,
  exampleOf,
  flat,
  nested
} from './oip';
import { SELDON_PATH, jsonValue, seldonRequest } from './seldon';

/** What a snippet calls. */
export interface ICall {
  readonly deployment: Pick<Deployment, 'id' | 'endpoint'>;
  /** Whether the endpoint asks who calls. */
  readonly isPrivate: boolean;
  readonly signature?: Signature | null;
  /** What is sent; null: nobody knows what the model takes. */
  readonly request: IInferRequest | null;
  /** A request of no protocol that we know: an image that serves by itself has its own. */
  readonly plain?: IPlain;
}

export interface IPlain {
  /** Below the endpoint; empty: the endpoint itself. */
  readonly path: string;
  /** Left out: it is only asked for what is there. */
  readonly body?: Json;
}

export type Protocol = 'plain' | 'v2' | 'seldon';

/** What a call can be shown in, the likeliest first. */
export const protocolsOf = (call: ICall): Protocol[] =>
  call.plain
    ? call.plain.body === undefined
      ? ['plain', 'v2', 'seldon']
      : ['plain']
    : speaks(call, 'seldon')
      ? ['v2', 'seldon']
      : ['v2'];

/** Stand for what only the caller knows. */
const [CLIENT = '', TOKEN = ''] = LOGIN.split(':');
const YOUR_DATA = '<your data>';

/** What is longer than this doesn't fit on a command line: Linux takes 128 KiB a word. */
const LONGEST_WORD = 100_000;

/** The call that shows how to use a model, with its recorded example. */
export const callOf = (deployment: Deployment, model: Model): ICall => ({
  deployment,
  isPrivate: deployment.spec.access === 'private',
  signature: model.signature,
  request: exampleOf(model)?.request ?? null,
  plain: model.artifact ? undefined : { path: '' }
});

/** Address of the route that answers a protocol. */
export function urlOf(
  { deployment, plain }: ICall,
  protocol: Protocol = 'v2'
): string {
  return protocol === 'v2'
    ? inferUrl(deployment)
    : deployment.endpoint +
        (protocol === 'plain' ? (plain?.path ?? '') : SELDON_PATH);
}

/** What a protocol sends; null where it can't say it. */
function bodyOf(call: ICall, protocol: Protocol): Json | null {
  return protocol === 'v2'
    ? (call.request as unknown as Json)
    : call.request && seldonRequest(call.request, call.signature);
}

/** Whether it sends nothing. */
const onlyAsks = ({ plain }: ICall, protocol: Protocol): boolean =>
  protocol === 'plain' && plain?.body === undefined;

/** Whether there is something to show in a protocol. */
export const speaks = (call: ICall, protocol: Protocol): boolean =>
  call.request === null || bodyOf(call, protocol) !== null;

/** The same words as the client's `handle.curl()`, on lines that can be read. */
export function curl(
  call: ICall,
  protocol: Protocol = call.plain ? 'plain' : 'v2'
): string {
  const asks = onlyAsks(call, protocol);
  const words = [
    call.isPrivate ? `-u ${shellQuote(LOGIN)}` : '',
    shellQuote(urlOf(call, protocol)),
    asks ? '' : "-H 'Content-Type: application/json'"
  ].filter(Boolean);
  const command = ['curl -sS', ...words].join(asks ? ' ' : ' \\\n  ');
  if (asks) {
    return command;
  }
  const body =
    protocol === 'plain' ? (call.plain?.body ?? null) : bodyOf(call, protocol);
  const known = body !== null || protocol === 'plain';
  const data = known ? JSON.stringify(body) : YOUR_DATA;
  return data.length > LONGEST_WORD
    ? `${command} \\\n  -d @- <<'END'\n${data}\nEND`
    : `${command} \\\n  -d ${shellQuote(data)}`;
}

export function pythonRequests(call: ICall, protocol: Protocol = 'v2'): string {
  const auth = call.isPrivate ? `    auth=("${CLIENT}", "${TOKEN}"),\n` : '';
  const asks = onlyAsks(call, protocol);
  const json = asks
    ? ''
    : `    json=${pythonLiteral(bodyLiteral(call, protocol), 4)},\n`;
  return `import requests

response = requests.${asks ? 'get' : 'post'}(
    ${pythonLiteral(urlOf(call, protocol))},
${json}${auth}    timeout=60,
)
if not response.ok:
    raise RuntimeError(response.text)
response.${protocol === 'plain' ? 'text' : 'json()'}`;
}

export function javascriptFetch(
  call: ICall,
  protocol: Protocol = 'v2'
): string {
  const asks = onlyAsks(call, protocol);
  const headers = [
    asks ? '' : '"Content-Type": "application/json"',
    call.isPrivate ? `Authorization: "Basic " + btoa("${CLIENT}:${TOKEN}")` : ''
  ].filter(Boolean);
  const options = [
    asks ? '' : 'method: "POST"',
    headers.length > 0
      ? `headers: {\n        ${headers.join(',\n        ')}\n      }`
      : '',
    asks
      ? ''
      : `body: JSON.stringify(${javascriptLiteral(bodyLiteral(call, protocol), 6)})`
  ].filter(Boolean);
  const more =
    options.length > 0
      ? `,\n    {\n      ${options.join(',\n      ')}\n    }`
      : '';
  return `const response = await fetch(
    ${javascriptLiteral(urlOf(call, protocol))}${more}
);
if (!response.ok) {
  throw new Error(await response.text());
}
console.log(await response.${protocol === 'plain' ? 'text' : 'json'}());`;
}

/** Without a token the client goes through the server, which lets its user in. */
export function pythonClient(call: ICall): string {
  const { imports, data } = clientData(call);
  const token = call.isPrivate
    ? `\n# Outside of Jupyter: model.predict(X, token="${TOKEN}")`
    : '';
  return `${imports}from primehub_deploy_ext import connect

model = connect().get(${pythonLiteral(call.deployment.id)})
X = ${data}
model.predict(X${methodArgument(call)})${token}`;
}

function bodyLiteral(call: ICall, protocol: Protocol): Literal {
  if (protocol === 'plain') {
    return call.plain?.body ?? null;
  }
  return bodyOf(call, protocol) ?? YOUR_DATA;
}

function methodArgument({ request }: ICall): string {
  const method = request?.parameters?.['method'];
  return typeof method === 'string' ? `, method=${pythonLiteral(method)}` : '';
}

/** The example as a notebook has it: a data frame, an array, a value. */
function clientData({ request, signature }: ICall): {
  imports: string;
  data: string;
} {
  if (request === null) {
    return { imports: '', data: `...  # ${YOUR_DATA}` };
  }
  const { inputs } = request;
  const [first] = inputs;
  switch (contentType(request, signature)) {
    case 'pd':
      return {
        imports: 'import pandas as pd\n',
        data: `pd.DataFrame(${pythonLiteral(
          Object.fromEntries(inputs.map(one => [one.name, column(one)]))
        )})`
      };
    case 'np':
      return {
        imports: 'import numpy as np\n',
        data: array(first!)
      };
    default:
      return {
        imports: '',
        data: pythonLiteral(jsonValue(first!) ?? first!.data)
      };
  }
}

function column(tensor: ITensor): Literal {
  const values = flat(tensor.data);
  return tensor.parameters?.content_type === 'datetime'
    ? new Code(`pd.to_datetime(${pythonLiteral(values)})`)
    : values.map(value => cell(value, tensor.datatype));
}

function array({ datatype, shape, data }: ITensor): string {
  const rows = nested(flat(data), shape);
  const dtype = datatype === 'BYTES' ? ', dtype=object' : '';
  return `np.array(${pythonLiteral(cells(rows, datatype))}${dtype})`;
}

const cells = (value: Json, datatype: string): Literal =>
  Array.isArray(value)
    ? value.map(item => cells(item, datatype))
    : cell(value, datatype);

/** A fraction stays one, and a missing one is a number too. */
function cell(value: Json, datatype: string): Literal {
  if (!datatype.startsWith('FP')) {
    return value;
  }
  if (value === null) {
    return new Code('float("nan")');
  }
  return typeof value === 'number' &&
    Number.isInteger(value) &&
    Math.abs(value) < 1e15
    ? new Code(`${value}.0`)
    : value;
}
