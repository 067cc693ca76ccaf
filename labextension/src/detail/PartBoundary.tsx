import React, { Component, PropsWithChildren } from 'react';

import { useTranslation } from '../ui/translation';

/** Keeps a part that fails, or whose code can't be loaded, from taking the rest with it. */
export class PartBoundary extends Component<
  PropsWithChildren<{ title: string }>,
  { problem: Error | null }
> {
  override state = { problem: null };

  static getDerivedStateFromError(problem: unknown): { problem: Error } {
    return {
      problem: problem instanceof Error ? problem : new Error(String(problem))
    };
  }

  override render(): React.ReactNode {
    const { title, children } = this.props;
    const { problem } = this.state;
    return problem ? <Failed title={title} problem={problem} /> : children;
  }
}

function Failed({
  title,
  problem
}: {
  title: string;
  problem: Error;
}): JSX.Element {
  const trans = useTranslation();
  return (
    <div className="pd-Section" role="alert">
      <p>
        <strong>{trans.__('%1 can’t be shown', title)}</strong>
      </p>
      <p>
        {isUnloaded(problem)
          ? trans.__(
              'Its code could not be loaded: the connection was lost, or the server was updated since this page was opened.'
            )
          : trans.__('This is a fault of the page: %1', problem.message)}
      </p>
      <p>
        <button
          type="button"
          className="pd-Button"
          // What React was refused once, it does not ask for again.
          onClick={() => window.location.reload()}
        >
          {trans.__('Reload the page')}
        </button>
      </p>
    </div>
  );
}

/** Whether it is the code that is missing, and not a fault in it. */
function isUnloaded({ name, message }: Error): boolean {
  return name === 'ChunkLoadError' || /^Loading (CSS )?chunk/.test(message);
}
