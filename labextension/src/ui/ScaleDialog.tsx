import React, { useId, useState } from 'react';

import type { Deployment } from '../api/contract';
import { useDeployments, useResource } from '../model/binding';
import { withUsageNow } from '../model/groupUsage';
import { parseCount } from '../model/quantities';
import {
  MAX_REPLICAS,
  MIN_REPLICAS,
  exceeded,
  usageAfterScaling
} from '../model/scaling';
import { Modal } from './dialogs';
import { QuotaBars, quotaTitle } from './QuotaBars';
import { useSession } from './session';
import { useTranslation } from './translation';
import { groupTitle } from './vocabulary';

export interface IScaleDialogProps {
  deployment: Deployment;
  /** The number of replicas; null: leave it as it is. */
  onAnswer: (replicas: number | null) => void;
}

/** Asks how many replicas there shall be, and says what that takes of the group's quota. */
export function ScaleDialog(props: IScaleDialogProps): JSX.Element {
  const { deployment, onAnswer } = props;
  const { name, spec } = deployment;
  const trans = useTranslation();
  const session = useSession();
  const me = useResource(session.me, true).value;
  const state = useDeployments(session.store, true);
  const [text, setText] = useState(String(spec.replicas));
  const input = useId();
  const hint = useId();
  const typed = parseCount(text);
  const replicas =
    typed !== null && typed >= MIN_REPLICAS && typed <= MAX_REPLICAS
      ? typed
      : null;
  const found = me?.groups.find(one => one.name === deployment.group);
  const group = found && withUsageNow(found, state, deployment);
  const after =
    group && replicas !== null
      ? usageAfterScaling(group, deployment, replicas)
      : null;
  const over = group && after ? exceeded(group.quota, group.usage, after) : [];
  const step = (by: number) =>
    setText(
      String(
        Math.min(
          MAX_REPLICAS,
          Math.max(MIN_REPLICAS, (typed ?? spec.replicas) + by)
        )
      )
    );
  return (
    <Modal title={trans.__('Scale %1', name)} onCancel={() => onAnswer(null)}>
      <form
        onSubmit={event => {
          event.preventDefault();
          if (replicas !== null) {
            onAnswer(replicas === spec.replicas ? null : replicas);
          }
        }}
      >
        <div
          className={`pd-Field${replicas === null ? ' pd-mod-invalid' : ''}`}
        >
          <label htmlFor={input}>{trans.__('Replicas')}</label>
          <div className="pd-Stepper">
            <button
              type="button"
              className="pd-Button"
              aria-label={trans.__('One less')}
              disabled={typed !== null && typed <= MIN_REPLICAS}
              onClick={() => step(-1)}
            >
              −
            </button>
            <input
              id={input}
              type="text"
              inputMode="numeric"
              data-first
              autoComplete="off"
              aria-describedby={hint}
              aria-invalid={replicas === null}
              value={text}
              onFocus={event => event.target.select()}
              onKeyDown={event => {
                const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
                if (by) {
                  event.preventDefault();
                  step(by);
                }
              }}
              onChange={event => setText(event.target.value)}
            />
            <button
              type="button"
              className="pd-Button"
              aria-label={trans.__('One more')}
              disabled={typed !== null && typed >= MAX_REPLICAS}
              onClick={() => step(1)}
            >
              +
            </button>
          </div>
          <p
            id={hint}
            className={replicas === null ? 'pd-Field-message' : 'pd-Field-hint'}
          >
            {replicas === null
              ? trans.__(
                  'A whole number from %1 to %2',
                  MIN_REPLICAS,
                  MAX_REPLICAS
                )
              : spec.stopped
                ? trans.__('It is stopped: that many run once it is started.')
                : trans.__('%1 now. Callers notice nothing.', spec.replicas)}
          </p>
        </div>
        {group && after && (
          <>
            <p className="pd-Refusal-title">
              {trans.__('The group %1 then uses', groupTitle(group))}
            </p>
            <QuotaBars quota={group.quota} usage={group.usage} after={after} />
          </>
        )}
        <p role="status" className="pd-Field-message" hidden={!over.length}>
          {over.length > 0 &&
            trans.__(
              'More than the quota of the group allows: %1.',
              over.map(one => quotaTitle(one, trans)).join(', ')
            )}
        </p>
        <div className="pd-Modal-actions">
          <button
            type="button"
            className="pd-Button"
            onClick={() => onAnswer(null)}
          >
            {trans.__('Cancel')}
          </button>
          <button
            type="submit"
            className="pd-Button pd-mod-primary"
            disabled={replicas === null}
          >
            {replicas === null || replicas === spec.replicas
              ? trans.__('Scale')
              : trans._n(
                  'Scale to %1 replica',
                  'Scale to %1 replicas',
                  replicas
                )}
          </button>
        </div>
      </form>
    </Modal>
  );
}
