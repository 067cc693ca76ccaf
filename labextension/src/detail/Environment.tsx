import React from 'react';

import { useTranslation } from '../ui/translation';
import { useDetail } from './context';
import { Section } from './parts';

/** Environment variables: what their values are stays on the server. */
export function Environment(): JSX.Element | null {
  const trans = useTranslation();
  const { env } = useDetail().deployment.spec;
  return (
    <Pairs
      title={trans.__('Environment variables')}
      note={trans.__('values are never shown')}
      pairs={Object.keys(env ?? {}).map(name => [name, '••••••••'])}
    />
  );
}

export function Metadata(): JSX.Element | null {
  const trans = useTranslation();
  const { metadata } = useDetail().deployment.spec;
  return (
    <Pairs
      title={trans.__('Metadata')}
      pairs={Object.entries(metadata ?? {})}
    />
  );
}

/** A table of names and values; nothing where there are none. */
function Pairs({
  title,
  note,
  pairs
}: {
  title: string;
  note?: string;
  pairs: readonly (readonly [name: string, value: string])[];
}): JSX.Element | null {
  const trans = useTranslation();
  return pairs.length > 0 ? (
    <Section
      title={title}
      note={note && <span className="pd-quiet">{note}</span>}
    >
      <table className="pd-Pairs">
        <thead>
          <tr>
            <th scope="col">{trans.__('Name')}</th>
            <th scope="col">{trans.__('Value')}</th>
          </tr>
        </thead>
        <tbody>
          {pairs.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">
                <code>{name}</code>
              </th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  ) : null;
}
