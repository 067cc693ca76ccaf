import React, { useRef, useState } from 'react';

import type { Deployment } from '../api/contract';
import { Popover } from '../ui/Popover';
import { useTranslation } from '../ui/translation';

/** Leads to the metadata; nothing for a deployment that has none. */
export function MetadataButton({
  deployment,
  bare = false
}: {
  deployment: Deployment;
  /** Whether nothing around it says what is viewed. */
  bare?: boolean;
}): JSX.Element | null {
  const trans = useTranslation();
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const entries = Object.entries(deployment.spec.metadata ?? {});
  if (entries.length === 0) {
    return null;
  }
  const label = trans.__('View metadata of %1', deployment.name);
  return (
    <>
      <button
        ref={button}
        type="button"
        className="pd-Link"
        aria-label={label}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {bare ? trans.__('Metadata') : trans.__('View')}
      </button>
      {open && (
        <Popover
          anchor={button}
          role="dialog"
          label={trans.__('Metadata of %1', deployment.name)}
          onClose={() => setOpen(false)}
        >
          <table className="pd-Metadata">
            <thead>
              <tr>
                <th scope="col">{trans.__('Name')}</th>
                <th scope="col">{trans.__('Value')}</th>
              </tr>
            </thead>
            <tbody>
              {entries.map(([name, value]) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td>{value}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Popover>
      )}
    </>
  );
}
