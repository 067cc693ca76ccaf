import React from 'react';

/** An eye, or one that is crossed out. */
export function EyeIcon({ open }: { open: boolean }): JSX.Element {
  return (
    <svg viewBox="0 0 24 24" width="16" height="16" aria-hidden="true">
      <g className="jp-icon3" fill="none" stroke="currentColor" strokeWidth="2">
        <path d="M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12z" />
        <circle cx="12" cy="12" r="3" />
        {!open && <path d="M4 20 20 4" />}
      </g>
    </svg>
  );
}
