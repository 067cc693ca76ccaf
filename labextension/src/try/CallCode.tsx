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
  protocolsOf
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
  const [wanted, setProtocol] = useState<Protocol | null>(null);
  const panel = useId();
  const protocols = protocolsOf(call);
  const [usual] = protocols;
  const protocol = wanted && protocols.includes(wanted) ? wanted : usual!;
  // Our own images speak both, which one command shows; what others speak is to be tried.
  const choosable =
    protocols.length > 1 &&
    (language === 'curl' || (usual === 'plain' && language !== 'client'));
  const code = codeOf(language, call, choosable ? protocol : usual!);
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
        {choosable && (
          <ProtocolChoice
            protocols={protocols}
            protocol={protocol}
            onChange={setProtocol}
          />
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
      return pythonRequests(call, protocol);
    case 'client':
      return pythonClient(call);
    case 'javascript':
      return javascriptFetch(call, protocol);
  }
}

function ProtocolChoice({
  protocols,
  protocol,
  onChange
}: {
  protocols: readonly Protocol[];
  protocol: Protocol;
  onChange: (protocol: Protocol) => void;
}): JSX.Element {
  const trans = useTranslation();
  const name = useId();
  const titles: Record<Protocol, string> = {
    plain: trans.__('a plain request'),
    v2: trans.__('Open Inference Protocol v2'),
    seldon: trans.__('Seldon protocol v1')
  };
  const guessed = protocols.includes('plain');
  return (
    <fieldset className="pd-Example-protocol">
      <legend className={guessed ? '' : 'pd-visuallyHidden'}>
        {guessed
          ? trans.__('What it speaks is not known here. You may try:')
          : trans.__('Protocol')}
      </legend>
      {protocols.map(key => (
        <label key={key}>
          <input
            type="radio"
            name={name}
            checked={key === protocol}
            onChange={() => onChange(key)}
          />
          {titles[key]}
        </label>
      ))}
    </fieldset>
  );
}
