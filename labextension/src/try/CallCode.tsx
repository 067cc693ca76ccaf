import '../../style/try.css';

import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useId, useState } from 'react';

import { Snippet } from '../ui/CopyButton';
import { useSession } from '../ui/session';
import { TabList } from '../ui/TabList';
import { useTranslation } from '../ui/translation';
import {
  ICall,
  Protocol,
  curl,
  javascriptFetch,
  pythonClient,
  pythonRequests,
  speaks
} from './snippets';

const LANGUAGES = ['curl', 'requests', 'client', 'javascript'] as const;

export type Language = (typeof LANGUAGES)[number];

/** A call as code, in the language that is chosen: to copy, or to go on with in a notebook. */
export function CallCode({
  call,
  notes
}: {
  call: ICall;
  /** What is to be known before it is run. */
  notes: (language: Language) => readonly string[];
}): JSX.Element {
  const trans = useTranslation();
  const { insertCell } = useSession();
  const [language, setLanguage] = useState<Language>('curl');
  const [wanted, setProtocol] = useState<Protocol>('v2');
  const panel = useId();
  const protocol = speaks(call, wanted) ? wanted : 'v2';
  const code = codeOf(language, call, protocol);
  const said = notes(language).filter(Boolean);
  return (
    <div className="pd-Example">
      <TabList
        label={trans.__('Language')}
        className="pd-Language"
        tabs={LANGUAGES.map(key => ({
          key,
          title: languageTitle(key, trans),
          id: `${panel}-${key}`,
          panel
        }))}
        chosen={language}
        onChoose={setLanguage}
      />
      <div
        role="tabpanel"
        id={panel}
        className="pd-Example-panel"
        aria-labelledby={`${panel}-${language}`}
      >
        {language === 'curl' && speaks(call, 'seldon') && (
          <ProtocolChoice protocol={protocol} onChange={setProtocol} />
        )}
        <Snippet code={code} />
        {said.length > 0 && (
          <ul className="pd-Example-notes">
            {said.map(note => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        )}
        {language !== 'javascript' && (
          <button
            type="button"
            className="pd-Button"
            onClick={() =>
              insertCell(language === 'curl' ? `%%bash\n${code}` : code)
            }
          >
            {trans.__('Insert into notebook')}
          </button>
        )}
      </div>
    </div>
  );
}

function languageTitle(language: Language, trans: TranslationBundle): string {
  switch (language) {
    case 'curl':
      return trans.__('curl');
    case 'requests':
      return trans.__('Python (requests)');
    case 'client':
      return trans.__('Python (our client)');
    case 'javascript':
      return trans.__('JavaScript (fetch)');
  }
}

function codeOf(language: Language, call: ICall, protocol: Protocol): string {
  switch (language) {
    case 'curl':
      return curl(call, protocol);
    case 'requests':
      return pythonRequests(call);
    case 'client':
      return pythonClient(call);
    case 'javascript':
      return javascriptFetch(call);
  }
}

function ProtocolChoice({
  protocol,
  onChange
}: {
  protocol: Protocol;
  onChange: (protocol: Protocol) => void;
}): JSX.Element {
  const trans = useTranslation();
  const name = useId();
  const options: [Protocol, string][] = [
    ['v2', trans.__('Open Inference Protocol v2')],
    ['seldon', trans.__('Seldon protocol v1')]
  ];
  return (
    <fieldset className="pd-Example-protocol">
      <legend className="pd-visuallyHidden">{trans.__('Protocol')}</legend>
      {options.map(([key, title]) => (
        <label key={key}>
          <input
            type="radio"
            name={name}
            checked={key === protocol}
            onChange={() => onChange(key)}
          />
          {title}
        </label>
      ))}
    </fieldset>
  );
}
