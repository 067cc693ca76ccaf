import '../../style/try.css';

import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useId, useState } from 'react';

import type { Deployment, Model } from '../api/contract';
import { useDetail } from '../detail/context';
import { useResource } from '../model/binding';
import { servedModel, servedNumber } from '../model/serving';
import { Snippet } from '../ui/CopyButton';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';
import { exampleOf } from './oip';
import {
  ICall,
  Protocol,
  callOf,
  curl,
  javascriptFetch,
  pythonClient,
  pythonRequests,
  speaks
} from './snippets';
import { Tabs } from './Tabs';

type Language = 'curl' | 'requests' | 'client' | 'javascript';

/** How to call an endpoint: this deployment's own, with this model's own example. */
export function RunExample({ id }: { id: string }): JSX.Element | null {
  const { details } = useSession();
  const { deployment } = useDetail();
  // What callers reach may be another model than the deployment's own specification tells.
  const another = servedNumber(deployment) !== deployment.revision;
  const { value, problem } = useResource(details(id).revisions, another);
  if (another && value === null && problem === null) {
    return null;
  }
  const model = servedModel(deployment, value);
  return <Example deployment={deployment} model={model} />;
}

function Example({
  deployment,
  model
}: {
  deployment: Deployment;
  model: Model;
}): JSX.Element {
  const trans = useTranslation();
  const { insertCell } = useSession();
  const [language, setLanguage] = useState<Language>('curl');
  const [wanted, setProtocol] = useState<Protocol>('v2');
  const panel = useId();
  const call = callOf(deployment, model);
  const protocol = speaks(call, wanted) ? wanted : 'v2';
  const code = codeOf(language, call, protocol);
  return (
    <section className="pd-Example" aria-label={trans.__('Run an example')}>
      <Tabs
        label={trans.__('Language')}
        tabs={[
          { key: 'curl', title: trans.__('curl') },
          { key: 'requests', title: trans.__('Python (requests)') },
          { key: 'client', title: trans.__('Python (our client)') },
          { key: 'javascript', title: trans.__('JavaScript (fetch)') }
        ]}
        chosen={language}
        panel={panel}
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
        <Notes deployment={deployment} model={model} language={language} />
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
    </section>
  );
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

/** What is to be known before it is run. */
function Notes({
  deployment,
  model,
  language
}: {
  deployment: Deployment;
  model: Model;
  language: Language;
}): JSX.Element | null {
  const trans = useTranslation();
  const notes = [
    dataNote(model, trans),
    deployment.spec.access === 'private' ? privateNote(language, trans) : '',
    deployment.status.phase === 'Stopped'
      ? trans.__('It is stopped: callers get an error until it is started.')
      : '',
    language === 'javascript'
      ? trans.__(
          'For Node.js. Pages of other origins are not let in by browsers: call it from your own server.'
        )
      : ''
  ].filter(Boolean);
  return notes.length > 0 ? (
    <ul className="pd-Example-notes">
      {notes.map(note => (
        <li key={note}>{note}</li>
      ))}
    </ul>
  ) : null;
}

function dataNote(model: Model, trans: TranslationBundle): string {
  switch (exampleOf(model)?.origin) {
    case 'recorded':
      return '';
    case 'derived':
      return trans.__(
        'The model was deployed without an example of real data: these are zeros, which it takes.'
      );
    case 'made':
      return trans.__(
        'No example is recorded: these are zeros of the right shape, which nobody tried.'
      );
    case undefined:
      return trans.__(
        'The model was deployed without an example, so what it takes is not known: put your data in. Deploy or update it with example=… (a few rows as the model takes them) to see them here.'
      );
  }
}

const privateNote = (language: Language, trans: TranslationBundle): string =>
  language === 'client'
    ? trans.__(
        'The endpoint is private: inside of Jupyter the client goes through the server, as you.'
      )
    : trans.__(
        'The endpoint is private: put the name of a client and its token in; the Access tab has them.'
      );
