import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { Tensor } from '../api/contract';
import { useTranslation } from '../ui/translation';
import { useDetail } from './context';
import { Section } from './parts';

/** What goes into the model and what comes out. */
export function SignatureTable(): JSX.Element | null {
  const trans = useTranslation();
  const { signature } = useDetail().deployment.spec.model;
  if (!signature) {
    return null;
  }
  const rows = [
    ...signature.inputs.map(tensor => ({ way: trans.__('in'), tensor })),
    ...signature.outputs.map(tensor => ({ way: trans.__('out'), tensor }))
  ];
  return (
    <Section
      title={trans.__('Signature')}
      note={
        signature.derived && (
          <span className="pd-quiet">
            {trans.__('as the model tells, not from data')}
          </span>
        )
      }
    >
      <div
        className="pd-Scroll"
        tabIndex={0}
        role="group"
        aria-label={trans.__('Signature')}
      >
        <table className="pd-Pairs">
          <thead>
            <tr>
              <th scope="col">{trans.__('Name')}</th>
              <th scope="col">{trans.__('Type')}</th>
              <th scope="col">{trans.__('Shape')}</th>
              <th scope="col">{trans.__('Range')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ way, tensor }) => (
              <tr key={`${way} ${tensor.name}`}>
                <th scope="row">
                  <span className="pd-quiet">{way}</span>{' '}
                  <code>{tensor.name}</code>
                </th>
                <td>{tensor.datatype}</td>
                <td>{shapeOf(tensor)}</td>
                <td>{rangeOf(tensor, trans)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

/** `n × 4`: what is free has a letter. */
function shapeOf({ shape }: Tensor): string {
  return shape.map(size => (size < 0 ? 'n' : size)).join(' × ');
}

function rangeOf(
  { minimum, maximum }: Tensor,
  trans: TranslationBundle
): string {
  return minimum === null ||
    maximum === null ||
    minimum === undefined ||
    maximum === undefined
    ? '–'
    : trans.__('%1 to %2', minimum, maximum);
}
