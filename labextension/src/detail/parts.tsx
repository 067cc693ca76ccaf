import React, { PropsWithChildren, useId } from 'react';

/** A part of a tab, with its title. */
export function Section({
  title,
  note,
  className = '',
  children
}: PropsWithChildren<{
  title: string;
  /** Beside the title. */
  note?: React.ReactNode;
  className?: string;
}>): JSX.Element {
  const heading = useId();
  return (
    <section className={`pd-Section ${className}`} aria-labelledby={heading}>
      <header className="pd-Section-head">
        <h3 id={heading}>{title}</h3>
        {note}
      </header>
      {children}
    </section>
  );
}
