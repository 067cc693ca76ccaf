import { ApiError } from '../api/errors';
import type { Messages } from './checks';

/** Fields of the API that have no input of their own, and where in the form they belong. */
const BELONGS: Readonly<Record<string, string>> = {
  resources: 'instance_type'
};

/**
 * What the server says against fields, under the names that the form has for them: what is wrong inside the model is
 * the model's, what is wrong with one variable is that row's.
 */
export function messagesOf(error: unknown): Messages {
  if (!(error instanceof ApiError)) {
    return {};
  }
  const messages: Record<string, string> = {};
  for (const { field = '', message = '' } of error.body.fields) {
    const [first = ''] = field.split('.');
    const name = ['env', 'metadata'].includes(first)
      ? field
      : (BELONGS[first] ?? first);
    messages[name] ??= field.startsWith('model.')
      ? `${field.slice('model.'.length)}: ${message}`
      : message;
  }
  if (error.code === 'already_exists') {
    messages['id'] = error.message;
  }
  return messages;
}
