import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { ITranslator } from '@jupyterlab/translation';

import { DOMAIN } from '../ui/translation';

/** Notifications cut what is longer. */
const MAX_LENGTH = 140;

/** Tells what the server refused in a notification, and all there is to it in a dialog. */
export function reporter(
  translator: ITranslator,
  copy: (text: string) => void
): (problem: unknown) => void {
  const trans = translator.load(DOMAIN);
  const details = async (problem: Error) => {
    const { refusalBody } = await import('../ui/Refusal');
    await showDialog({
      title: trans.__('Refused'),
      body: refusalBody(problem, translator, copy),
      buttons: [Dialog.okButton({ label: trans.__('Close') })]
    });
  };
  return problem => {
    const error =
      problem instanceof Error ? problem : new Error(String(problem));
    Notification.error(headline(error.message), {
      autoClose: false,
      actions: [
        {
          label: trans.__('Details'),
          callback: event => {
            // The notification stays until it is closed.
            event.preventDefault();
            void details(error);
          }
        }
      ]
    });
  };
}

/** The first sentence, or as much of it as is shown. */
export function headline(message: string): string {
  const [first = ''] = message.split(/(?<=[.!?])\s/, 1);
  return first.length <= MAX_LENGTH
    ? first
    : `${first.slice(0, MAX_LENGTH - 1)}…`;
}
