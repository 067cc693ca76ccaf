import '../../style/forms.css';
import '../../style/alerts.css';

import React, { useId, useRef, useState } from 'react';

import { Loaded } from '../admin/Loaded';
import type { AlertKind, Alerts as State } from '../api/contract';
import { ApiError } from '../api/errors';
import type { ITabProps } from '../detail/tab';
import { useResource } from '../model/binding';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';
import { AlertForm } from './AlertForm';
import { AlertList } from './AlertList';

/** The alert rules of a deployment: how they stand, and the form that changes them. */
export function Alerts({ id, active }: ITabProps): JSX.Element {
  const trans = useTranslation();
  const heading = useId();
  const resource = useSession().details(id).alerts;
  const state = useResource(resource, active);
  const missing =
    state.value === null &&
    state.problem instanceof ApiError &&
    state.problem.status === 400;
  return (
    <section className="pd-Alerts" aria-labelledby={heading}>
      <h3 id={heading}>{trans.__('Alerts')}</h3>
      {missing ? (
        <p className="pd-quiet">{state.problem?.message}</p>
      ) : (
        <Loaded
          state={state}
          what={trans.__('Loading the alerts…')}
          refresh={resource.refresh}
        >
          {alerts => <Rules id={id} active={active} alerts={alerts} />}
        </Loaded>
      )}
    </section>
  );
}

/** What was there when editing began, and a rule to begin with. */
interface IEditing {
  readonly saved: State;
  readonly proposed?: AlertKind;
}

function Rules({
  id,
  active,
  alerts
}: ITabProps & { alerts: State }): JSX.Element {
  const trans = useTranslation();
  const { me, details } = useSession();
  const mayWrite = useResource(me, active).value?.can_write === true;
  const [editing, setEditing] = useState<IEditing | null>(null);
  const root = useRef<HTMLDivElement>(null);
  const close = () => {
    setEditing(null);
    // The button that was pressed is gone.
    requestAnimationFrame(() => root.current?.querySelector('button')?.focus());
  };
  const empty = alerts.rules.length === 0;
  return (
    <div ref={root}>
      {editing ? (
        <AlertForm
          id={id}
          saved={editing.saved}
          proposed={editing.proposed}
          onClose={close}
          onSaved={() => {
            close();
            void details(id).alerts.refresh();
          }}
        />
      ) : (
        <>
          {empty ? (
            <p className="pd-Alerts-none">
              {trans.__(
                'Nobody is told when this deployment fails. A good first rule: more than 5 % of predictions answered with 5xx in 5 minutes.'
              )}
            </p>
          ) : (
            <AlertList alerts={alerts} active={active} />
          )}
          {!alerts.editable && (
            <p className="pd-quiet">
              {trans.__(
                'These are rules of Prometheus: they are changed there.'
              )}
            </p>
          )}
          {mayWrite && alerts.editable && (
            <p className="pd-Alerts-buttons">
              {empty && (
                <button
                  type="button"
                  className="pd-Button pd-mod-primary"
                  onClick={() =>
                    setEditing({ saved: alerts, proposed: 'error_rate' })
                  }
                >
                  {trans.__('Use this rule…')}
                </button>
              )}
              <button
                type="button"
                className="pd-Button"
                onClick={() => setEditing({ saved: alerts })}
              >
                {empty ? trans.__('Other rules…') : trans.__('Edit alerts…')}
              </button>
            </p>
          )}
        </>
      )}
    </div>
  );
}
