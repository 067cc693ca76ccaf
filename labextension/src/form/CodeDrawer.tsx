import { ServerConnection } from '@jupyterlab/services';
import React, { useState } from 'react';

import type { NewDeployment } from '../api/contract';
import { Snippet } from '../ui/CopyButton';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';
import { Language, curlOf, pythonOf } from './code';

/** The form as code: what a click on Deploy does, to be kept, sent or put into a notebook. */
export function CodeDrawer({ body }: { body: NewDeployment }): JSX.Element {
  const trans = useTranslation();
  const { insertCell } = useSession();
  const [open, setOpen] = useState(false);
  const [language, setLanguage] = useState<Language>('python');
  const code =
    language === 'python'
      ? pythonOf(body)
      : curlOf(body, { baseUrl: ServerConnection.makeSettings().baseUrl });
  const languages: [Language, string][] = [
    ['python', trans.__('Python')],
    ['curl', trans.__('curl with JSON')]
  ];
  return (
    <details
      className="pd-CodeDrawer"
      onToggle={event => setOpen(event.currentTarget.open)}
    >
      <summary>{trans.__('Show as code')}</summary>
      {open && (
        <>
          <div className="pd-CodeDrawer-line">
            {languages.map(([name, label]) => (
              <button
                key={name}
                type="button"
                className="pd-Button"
                aria-pressed={language === name}
                onClick={() => setLanguage(name)}
              >
                {label}
              </button>
            ))}
            {language === 'python' && insertCell && (
              <button
                type="button"
                className="pd-Button"
                onClick={() => insertCell(code)}
              >
                {trans.__('Insert as a cell')}
              </button>
            )}
          </div>
          <Snippet code={code} />
        </>
      )}
    </details>
  );
}
