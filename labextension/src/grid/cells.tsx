import React, { MouseEvent } from 'react';

import type { Deployment, MetricsSummary } from '../api/contract';
import type { DeploymentAction } from '../model/doing';
import { Status } from '../ui/Status';
import { useTranslation } from '../ui/translation';
import { doingWords } from '../ui/vocabulary';
import type { IRowActions } from './rowActions';

/** What each row and each card is drawn from; as long as none of it changes, it is not drawn anew. */
export interface IRowProps {
  deployment: Deployment;
  /** What people call the group that owns it. */
  group: string;
  now: number;
  /** null: not known yet; left out: the engine measures nothing. */
  traffic?: MetricsSummary | null;
  /** The user opened it last. */
  selected: boolean;
  /** The user ticked it. */
  ticked: boolean;
  /** What is being done to it. */
  doing: DeploymentAction | undefined;
  actions: IRowActions;
  /** `range`: and all from the one that was ticked before. Left out: nothing can be done to many. */
  onTick: ((id: string, range: boolean) => void) | undefined;
}

/** With these, the browser opens things elsewhere: so do we. */
const elsewhere = (event: MouseEvent): boolean =>
  event.ctrlKey || event.metaKey || event.button === 1;

/** Opens a deployment here, or in a tab of its own with Ctrl, Cmd or the middle button. */
export function opening(
  { open, openTab }: IRowActions,
  deployment: Deployment
): {
  onClick: (event: MouseEvent) => void;
  onAuxClick: (event: MouseEvent) => void;
} {
  return {
    onClick: event => {
      event.stopPropagation();
      (elsewhere(event) ? openTab : open)(deployment);
    },
    onAuxClick: event => {
      if (event.button === 1) {
        event.stopPropagation();
        event.preventDefault();
        openTab(deployment);
      }
    }
  };
}

/** A click on a row beside all that can be pressed in it; marking text is none. */
export function openingRow(
  actions: IRowActions,
  deployment: Deployment
): ReturnType<typeof opening> {
  const { onClick, onAuxClick } = opening(actions, deployment);
  const aside = (event: MouseEvent) =>
    !(event.target as Element).closest('button, a, input, label, .pd-Popover');
  return {
    onClick: event => {
      if (aside(event) && window.getSelection()?.isCollapsed !== false) {
        onClick(event);
      }
    },
    onAuxClick: event => {
      if (aside(event)) {
        onAuxClick(event);
      }
    }
  };
}

/** A click on what was measured leads to all that was. */
export const openingMetrics = (
  { metrics }: IRowActions,
  deployment: Deployment
): { onClick: (event: MouseEvent) => void } => ({
  onClick: event => {
    if (metrics && !elsewhere(event)) {
      event.stopPropagation();
      metrics(deployment);
    }
  }
});

/** The name; leads to the detail. */
export function Title({ deployment, actions }: IRowProps): JSX.Element {
  return (
    <button
      type="button"
      className="pd-Title"
      title={deployment.name}
      {...opening(actions, deployment)}
    >
      {deployment.name}
    </button>
  );
}

/** Picks a deployment for what is done to many. */
export function Tick({
  deployment,
  ticked,
  onTick
}: IRowProps): JSX.Element | null {
  const trans = useTranslation();
  return onTick ? (
    <input
      type="checkbox"
      className="pd-Tick"
      aria-label={trans.__('Select %1', deployment.name)}
      checked={ticked}
      onChange={event =>
        onTick(
          deployment.id,
          (event.nativeEvent as MouseEvent['nativeEvent']).shiftKey
        )
      }
    />
  ) : null;
}

/** The status, and what was asked for and isn't true yet. */
export function LiveStatus({ deployment, now, doing }: IRowProps): JSX.Element {
  const trans = useTranslation();
  return (
    <>
      <Status deployment={deployment} now={now} />
      {doing && (
        <span className="pd-Doing" role="status">
          {doingWords(doing, trans)}
        </span>
      )}
    </>
  );
}
