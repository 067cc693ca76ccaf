import { IInferRequest, flat, isObject, isTensor, sizeOf } from './oip';

/** What is wrong with a text that should be a request. */
export type TextProblem =
  | { readonly kind: 'json'; readonly message: string; readonly line: number }
  | { readonly kind: 'inputs' }
  | {
      readonly kind: 'tensor';
      readonly position: number;
      readonly field: string;
    }
  | {
      readonly kind: 'size';
      readonly name: string;
      readonly wanted: number;
      readonly found: number;
    };

/** A text as a request, or what is wrong with it. */
export function readRequest(
  text: string
): { request: IInferRequest } | { problem: TextProblem } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: syntaxProblem(text, error) };
  }
  const problem = formProblem(value);
  return problem ? { problem } : { request: value as IInferRequest };
}

function syntaxProblem(text: string, error: unknown): TextProblem {
  const message = error instanceof Error ? error.message : String(error);
  const position = /position (\d+)/.exec(message);
  // Where no position is told, the text ended too early.
  const before = position ? text.slice(0, Number(position[1])) : text;
  return {
    kind: 'json',
    message: message.replace(/ in JSON at position .*$/, ''),
    line: before.split('\n').length
  };
}

function formProblem(value: unknown): TextProblem | null {
  const inputs = isObject(value) ? value['inputs'] : undefined;
  if (!Array.isArray(inputs) || inputs.length === 0) {
    return { kind: 'inputs' };
  }
  for (const [position, tensor] of inputs.entries()) {
    if (!isTensor(tensor)) {
      const given: Record<string, unknown> = isObject(tensor) ? tensor : {};
      const field = ['name', 'datatype', 'shape', 'data'].find(
        key => !isRight(key, given[key])
      );
      return { kind: 'tensor', position, field: field ?? 'shape' };
    }
    const wanted = sizeOf(tensor.shape);
    const found = flat(tensor.data).length;
    if (wanted !== found) {
      return { kind: 'size', name: tensor.name, wanted, found };
    }
  }
  return null;
}

const isRight = (key: string, value: unknown): boolean =>
  key === 'shape' || key === 'data'
    ? Array.isArray(value)
    : typeof value === 'string';
